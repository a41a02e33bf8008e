extension Example {
  static let resets: [Example] = [
    Example(
      "rst-abort-live", shows: exchange + "1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 64",
      nearMiss: exchange + "1.000 s R 201:201(0) win 0 id 0 ttl 64"),
    Example(
      "rst-unread-data",
      shows: exchange + """
        0.900 c P. 101:1501(1400) ack 201 win 501 id 5 ttl 64
        0.910 s . 201:201(0) ack 1501 win 29 id 12 ttl 64
        1.000 s R. 201:201(0) ack 1501 win 75 id 13 ttl 64
        """,
      nearMiss: exchange + """
        0.900 c P. 101:1501(1400) ack 201 win 501 id 5 ttl 64
        0.910 s . 201:201(0) ack 1501 win 29 id 12 ttl 64
        1.000 s R. 201:201(0) ack 1501 win 29 id 13 ttl 64
        """),
    Example(
      "rst-data-after-close",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        1.011 s P. 201:1201(1000) ack 102 win 509 id 13
        1.021 c R 102:102(0) win 0 id 0
        """,
      // A request that crossed the FIN has a name of its own.
      nearMiss: crossing),
    Example(
      "rst-no-socket",
      shows: exchange + """
        1.000 c . 101:101(0) ack 201 win 500 id 5 ttl 64
        1.010 s R 201:201(0) win 0 id 0 ttl 64
        """,
      // The abort of a live socket, and then what everybody answers.
      nearMiss: exchange + """
        1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 64
        1.005 c P. 101:201(100) ack 201 win 501 id 5 ttl 64
        1.015 s R 201:201(0) win 0 id 0 ttl 64
        """),
    Example(
      "rst-in-window-challenged",
      shows: exchange + """
        1.000 s R 301:301(0) win 0 id 0 ttl 64
        1.010 c . 101:101(0) ack 201 win 501 id 5 ttl 64
        1.100 c P. 101:201(100) ack 201 win 501 id 6 ttl 64
        1.110 s . 201:201(0) ack 201 win 509 id 12 ttl 64
        """,
      nearMiss: exchange + "1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 64"),
    Example(
      "rst-out-of-window", shows: exchange + "1.000 s R 1000000000:1000000000(0) win 0 id 0 ttl 64",
      nearMiss: exchange + "1.000 s R 301:301(0) win 0 id 0 ttl 64"),
    Example(
      "rst-suspected-injected", shows: exchange + "1.000 s R. 201:201(0) ack 101 win 509 id 77 ttl 250",
      nearMiss: exchange + "1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 64"),
    Example(
      "rst-with-data", shows: exchange + "1.000 s R. 201:211(10) ack 101 win 509 id 12 ttl 64",
      nearMiss: exchange + "1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 64"),
    Example(
      "rst-reply-to-fin",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5 ttl 64
        1.010 s R 201:201(0) win 0 id 0 ttl 64
        """,
      nearMiss: fourWay),
    Example(
      "peer-unaware-of-rst",
      shows: exchange + """
        1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 64
        2.000 c P. 101:201(100) ack 201 win 501 id 5 ttl 64
        2.300 c P. 101:201(100) ack 201 win 501 id 6 ttl 64
        """,
      // It was on its way when the RST came.
      nearMiss: exchange + """
        1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 64
        1.005 c P. 101:201(100) ack 201 win 501 id 5 ttl 64
        """),
  ]

  static let incarnations: [Example] = [
    Example(
      "time-wait-assassination", shows: fourWay + "\n2.000 s R 202:202(0) win 0 id 0 ttl 64",
      nearMiss: fourWay + "\n2.000 s R 90202:90202(0) win 0 id 0 ttl 64"),
    Example(
      "time-wait-reuse", shows: closedByServer + "\n2.000 c S 70000:70000(0) id 30",
      nearMiss: closedByServer + "\n90.000 c S 70000:70000(0) id 30"),
    Example(
      "premature-port-reuse", shows: fourWay + "\n2.000 c S 70000:70000(0) id 30",
      nearMiss: closedByServer + "\n2.000 c S 70000:70000(0) id 30"),
    Example(
      "role-swapped-reuse", shows: closedByServer + "\n2.000 s S 70000:70000(0) id 30",
      nearMiss: closedByServer + "\n2.000 c S 70000:70000(0) id 30"),
    Example(
      "time-wait-syn-challenged",
      shows: closedByServer + """

        2.000 c S -5000:-5000(0) id 30
        2.010 s . 202:202(0) ack 102 win 509 id 31
        2.020 c R 102:102(0) win 0 id 0
        """,
      nearMiss: closedByServer + "\n2.000 c S 70000:70000(0) id 30"),
    Example(
      "syn-on-established",
      shows: exchange + """
        1.000 c S 7000:7000(0) id 30
        1.010 s . 201:201(0) ack 101 win 509 id 12
        """,
      nearMiss: closedByServer + "\n2.000 c S 70000:70000(0) id 30"),
    Example(
      "half-open-discovered",
      shows: exchange + """
        1.000 c S 7000:7000(0) id 30
        1.010 s . 201:201(0) ack 101 win 509 id 12
        1.020 c R 101:101(0) win 0 id 0
        2.000 c S 7000:7000(0) id 31
        """,
      nearMiss: exchange + """
        1.000 c S 7000:7000(0) id 30
        1.010 s . 201:201(0) ack 101 win 509 id 12
        1.100 c P. 101:201(100) ack 201 win 501 id 5
        """),
    Example(
      "half-open-data-reset",
      shows: exchange + """
        1.000 c P. 101:201(100) ack 201 win 501 id 5 ttl 64
        1.010 s R 201:201(0) win 0 id 0 ttl 64
        """,
      nearMiss: exchange + """
        1.000 c P. 101:201(100) ack 201 win 501 id 5 ttl 64
        1.010 s R. 201:201(0) ack 201 win 509 id 12 ttl 64
        """),
  ]

  private static let closedByServer =
    exchange + """
      1.000 s F. 201:201(0) ack 101 win 509 id 12
      1.010 c . 101:101(0) ack 202 win 501 id 5
      1.020 c F. 101:101(0) ack 202 win 501 id 6
      1.030 s . 202:202(0) ack 102 win 509 id 13
      """
}
