extension Example {
  static let closes: [Example] = [
    Example(
      "three-way-close",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s F. 201:201(0) ack 102 win 509 id 12
        1.020 c . 102:102(0) ack 202 win 501 id 6
        """,
      nearMiss: fourWay),
    Example(
      "simultaneous-close",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.001 s F. 201:201(0) ack 101 win 509 id 12
        1.020 c . 102:102(0) ack 202 win 501 id 6
        1.021 s . 202:202(0) ack 102 win 509 id 13
        """,
      nearMiss: fourWay),
    Example(
      "half-close",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        1.100 s P. 201:1201(1000) ack 102 win 509 id 13
        1.110 c . 102:102(0) ack 1201 win 501 id 6
        1.200 s F. 1201:1201(0) ack 102 win 509 id 14
        1.210 c . 102:102(0) ack 1202 win 501 id 7
        """,
      nearMiss: fourWay),
    Example(
      "rst-after-fin",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        1.100 s . 201:201(0) ack 102 win 600 id 13
        1.110 c R 102:102(0) win 0 id 0
        """,
      // Its cause has a name.
      nearMiss: crossing),
    Example(
      "request-after-fin", shows: crossing,
      // The client knew of the FIN, and sent a second later.
      nearMiss: exchange + """
        5.050 s F. 201:201(0) ack 101 win 509 id 12
        5.060 c . 101:101(0) ack 202 win 501 id 5
        6.000 c P. 101:201(100) ack 202 win 501 id 6
        6.010 s R 202:202(0) win 0 id 0
        """),
    Example(
      "data-after-fin",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        1.100 c P. 102:112(10) ack 201 win 501 id 6
        """,
      // Its last data again, with the FIN.
      nearMiss: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.001 c F. 151:151(0) ack 201 win 501 id 6
        1.300 c P. 101:151(50) ack 201 win 501 id 7
        """),
    Example(
      "fin-seq-changed",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.100 c F. 151:151(0) ack 201 win 501 id 6
        """,
      nearMiss: finRepeated),
    Example("fin-retransmitted", shows: finRepeated, nearMiss: fourWay),
    Example(
      "fin-out-of-order",
      shows: exchange + """
        1.000 c F. 151:151(0) ack 201 win 501 id 6
        1.001 c P. 101:151(50) ack 201 win 501 id 5
        """,
      nearMiss: fourWay),
    Example(
      "unacked-data-at-close",
      shows: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.010 s R. 201:201(0) ack 101 win 509 id 12
        """,
      nearMiss: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 151 win 509 id 12
        1.020 s R. 201:201(0) ack 151 win 509 id 13
        """),
  ]

  static let stalls: [Example] = [
    Example(
      "close-wait-leak",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        60.000 -
        """,
      nearMiss: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        20.000 -
        """),
    Example(
      "fin-wait-1-stalled",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.250 c F. 101:101(0) ack 201 win 501 id 6
        1.700 c F. 101:101(0) ack 201 win 501 id 7
        4.600 c F. 101:101(0) ack 201 win 501 id 8
        """,
      nearMiss: finRepeated),
    Example(
      "fin-wait-2-stuck",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        90.000 -
        """,
      nearMiss: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        30.000 s F. 201:201(0) ack 102 win 509 id 13
        30.010 c . 102:102(0) ack 202 win 501 id 6
        """),
    Example(
      "fin-wait-2-orphan-timeout", shows: orphan(after: "40.000", reset: "40.010"),
      nearMiss: orphan(after: "1.100", reset: "1.110")),
    Example(
      "time-wait-bucket-overflow", shows: orphan(after: "1.100", reset: "1.110"),
      nearMiss: orphan(after: "40.000", reset: "40.010")),
    Example(
      "last-ack-stalled",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s F. 201:201(0) ack 102 win 509 id 12
        1.020 c . 102:102(0) ack 202 win 501 id 6
        1.230 s F. 201:201(0) ack 102 win 509 id 13
        1.240 c . 102:102(0) ack 202 win 501 id 7
        1.650 s F. 201:201(0) ack 102 win 509 id 14
        1.660 c . 102:102(0) ack 202 win 501 id 8
        """,
      nearMiss: fourWay),
    Example(
      "last-ack-missed",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s F. 201:201(0) ack 102 win 509 id 12
        300.000 -
        """,
      nearMiss: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        1.020 c . 102:102(0) ack 202 win 501 id 6
        1.021 s F. 201:201(0) ack 102 win 509 id 13
        300.000 -
        """),
    Example(
      "closing-stalled",
      shows: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.001 s F. 201:201(0) ack 101 win 509 id 12
        1.020 c . 102:102(0) ack 202 win 501 id 6
        5.000 c F. 101:101(0) ack 202 win 501 id 7
        9.000 -
        """,
      nearMiss: exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.001 s F. 201:201(0) ack 101 win 509 id 12
        1.020 c . 102:102(0) ack 202 win 501 id 6
        1.021 s . 202:202(0) ack 102 win 509 id 13
        1.040 -
        """),
    Example(
      "syn-sent-abandoned",
      shows: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        9.000 -
        """,
      nearMiss: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        1.000 -
        """),
  ]

  static let fourWay =
    exchange + """
      1.000 c F. 101:101(0) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 102 win 509 id 12
      1.100 s F. 201:201(0) ack 102 win 509 id 13
      1.110 c . 102:102(0) ack 202 win 501 id 6
      """

  static let finRepeated =
    exchange + """
      1.000 c F. 101:101(0) ack 201 win 501 id 5
      1.250 c F. 101:101(0) ack 201 win 501 id 6
      1.260 s . 201:201(0) ack 102 win 509 id 12
      """

  /// Five seconds of idleness, the server's FIN, and a request that crosses it.
  static let crossing =
    exchange + """
      5.050 s F. 201:201(0) ack 101 win 509 id 12
      5.055 c P. 101:201(100) ack 201 win 501 id 5
      5.065 s R 201:201(0) win 0 id 0
      """

  private static func orphan(after late: String, reset: String) -> String {
    exchange + """
      1.000 c F. 101:101(0) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 102 win 509 id 12
      \(late) s F. 201:201(0) ack 102 win 509 id 13
      \(reset) c R 102:102(0) win 0 id 0
      """
  }
}
