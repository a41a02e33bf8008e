extension Example {
  static let repeats: [Example] = [
    Example(
      "retransmission",
      shows: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.250 c P. 101:151(50) ack 201 win 501 id 6
        1.260 s . 201:201(0) ack 151 win 509 id 12
        """,
      // The same packet, captured twice.
      nearMiss: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.001 c P. 101:151(50) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 151 win 509 id 12
        """),
    Example("fast-retransmission", shows: duplicateACKs, nearMiss: overtaken),
    Example(
      "spurious-retransmission",
      shows: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 151 win 509 id 12
        1.250 c P. 101:151(50) ack 201 win 501 id 6
        """,
      nearMiss: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.250 c P. 101:151(50) ack 201 win 501 id 6
        """),
    Example("out-of-order", shows: overtaken, nearMiss: duplicateACKs),
    Example("dup-ack-burst", shows: duplicateACKs, nearMiss: overtaken),
  ]

  static let misfits: [Example] = [
    Example(
      "overlap-different-data",
      shows: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.250 c P. 101:151(50) ack 201 win 501 id 6 data 7
        """,
      nearMiss: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.250 c P. 101:151(50) ack 201 win 501 id 6
        """),
    Example(
      "ack-of-unsent",
      shows: exchange + """
        1.000 c . 101:101(0) ack 9201 win 501 id 5
        1.010 s . 201:201(0) ack 101 win 509 id 12
        """,
      // The acknowledged bytes were sent, and the capture lost them.
      nearMiss: exchange + """
        1.000 c . 101:101(0) ack 1201 win 501 id 5
        1.010 s P. 1201:1301(100) ack 101 win 509 id 13
        """),
    Example(
      "ack-out-of-window-low",
      shows: bulk + "3.000 s . 201:201(0) ack 101 win 509 id 99",
      nearMiss: exchange + "1.000 s . 201:201(0) ack 1 win 509 id 99"),
    Example(
      "paws-violation",
      shows: stamped + """
        1.000 c P. 1:101(100) ack 1 id 3 <TS 2000 500>
        1.010 s . 1:1(0) ack 101 <TS 1500 2000>
        1.100 c P. 101:201(100) ack 1 id 4 <TS 100 500>
        1.110 s . 1:1(0) ack 101 <TS 1600 2000>
        """,
      nearMiss: stamped + """
        1.000 c P. 1:101(100) ack 1 id 3 <TS 2000 500>
        1.010 s . 1:1(0) ack 101 <TS 1500 2000>
        1.100 c P. 101:201(100) ack 1 id 4 <TS 2100 500>
        """),
    Example(
      "timestamp-missing", shows: stamped + "1.000 c . 0:0(0) ack 1 id 3",
      nearMiss: stamped + "1.000 c P. 1:101(100) ack 1 id 3 <TS 2000 500>"),
    Example(
      "window-shrunk",
      shows: exchange + """
        1.000 c P. 101:201(100) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 201 win 100 id 12
        """,
      // Bytes came and nobody read: the right edge stays.
      nearMiss: exchange + """
        1.000 c P. 101:1381(1280) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 1381 win 499 id 12
        """),
    Example(
      "window-overrun", shows: exchange + "1.000 c P. 900000101:900000151(50) ack 201 win 501 id 5",
      nearMiss: exchange + "1.000 c P. 501:551(50) ack 201 win 501 id 5"),
    Example(
      "urgent-used", shows: exchange + "1.000 c PU. 101:102(1) ack 201 win 501 id 5 urg 1",
      nearMiss: exchange + "1.000 c P. 101:102(1) ack 201 win 501 id 5"),
  ]

  static let flags: [Example] = [
    Example("syn-fin", shows: "0.000 c SF 0:0(0)", nearMiss: "0.000 c S 0:0(0)"),
    Example("syn-with-rst", shows: "0.000 c SR 0:0(0)", nearMiss: "0.000 c S 0:0(0)"),
    Example("null-flags", shows: "0.000 c 0 0:0(0)", nearMiss: "0.000 c . 0:0(0) ack 1"),
    Example("xmas-flags", shows: "0.000 c FPU 0:0(0)", nearMiss: "0.000 c FPU. 0:0(0) ack 1"),
    Example("fin-without-ack", shows: "0.000 c F 0:0(0)", nearMiss: "0.000 c F. 0:0(0) ack 1"),
    Example(
      "land-attack", shows: "0.000 c S 0:0(0)",
      nearMiss: """
        0.000 c S 0:0(0) id 1
        0.000 c S. 0:0(0) ack 1 id 2
        0.000 c . 1:1(0) ack 1 id 3
        """, selfConnect: true),
  ]

  static let captures: [Example] = [
    Example(
      "duplicate-packets",
      shows: exchange
        + (1...4).map { number in
          """
          \(number).000 c P. \(number * 10 + 91):\(number * 10 + 101)(10) ack 201 win 501 id \(20 + number)
          \(number).001 c P. \(number * 10 + 91):\(number * 10 + 101)(10) ack 201 win 501 id \(20 + number)
          """
        }.joined(separator: "\n"),
      nearMiss: exchange),
    Example(
      "gro-supersegments", shows: exchange + "1.000 c P. 101:4101(4000) ack 201 win 501 id 5",
      nearMiss: exchange + "1.000 c P. 101:1561(1460) ack 201 win 501 id 5"),
    Example(
      "one-sided-capture",
      shows: (0...7).map { "\($0).000 c P. \($0 * 10 + 1):\($0 * 10 + 11)(10) ack \($0 * 100 + 1) id \($0 + 1)" }
        .joined(separator: "\n"),
      nearMiss: exchange),
    Example("midstream-start", shows: "0.000 c P. 1:101(100) ack 1", nearMiss: exchange),
    Example(
      "sequence-gap",
      shows: exchange + """
        1.000 c P. 1101:1151(50) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 1151 win 509 id 12
        """,
      nearMiss: exchange + """
        1.000 c P. 1101:1151(50) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 101 win 509 id 12
        """),
    Example(
      "bad-checksum", shows: exchange + "1.000 c P. 101:151(50) ack 201 win 501 id 5 badsum",
      nearMiss: exchange + "1.000 c P. 101:151(50) ack 201 win 501 id 5"),
  ]

  /// One of five segments is lost; the receiver says so four times.
  private static let duplicateACKs =
    exchange + """
      1.000 c P. 101:201(100) ack 201 win 501 id 5
      1.001 c P. 201:301(100) ack 201 win 501 id 6
      1.002 c P. 301:401(100) ack 201 win 501 id 7
      1.003 c P. 401:501(100) ack 201 win 501 id 8
      1.010 s . 201:201(0) ack 101 win 509 id 12
      1.011 s . 201:201(0) ack 101 win 509 id 13
      1.012 s . 201:201(0) ack 101 win 509 id 14
      1.020 c P. 101:201(100) ack 201 win 501 id 9
      1.030 s . 201:201(0) ack 501 win 509 id 15
      """

  private static let overtaken =
    exchange + """
      1.000 c P. 201:301(100) ack 201 win 501 id 6
      1.001 c P. 101:201(100) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 301 win 509 id 12
      """

  /// A client that sends a megabyte, acknowledged as it goes.
  private static let bulk =
    exchange
    + (0..<200).map { number in
      """
      1.\(100 + number) c . \(101 + number * 1400):\(101 + (number + 1) * 1400)(1400) ack 201 win 501 id \(1000 + number)
      1.\(100 + number)5 s . 201:201(0) ack \(101 + (number + 1) * 1400) win 509 id \(2000 + number)
      """
    }.joined(separator: "\n") + "\n"

  private static let stamped = """
    0.000 c S 0:0(0) id 1 <mss 1460,TS 1000 0>
    0.010 s S. 0:0(0) ack 1 <mss 1460,TS 500 1000>
    0.020 c . 1:1(0) ack 1 id 2 <TS 1020 500>

    """
}
