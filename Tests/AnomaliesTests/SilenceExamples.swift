extension Example {
  static let silences: [Example] = [
    Example(
      "established-idle",
      shows: exchange + "400.000 c P. 101:151(50) ack 201 win 501 id 5",
      nearMiss: exchange + "200.000 c P. 101:151(50) ack 201 win 501 id 5"),
    Example(
      "zero-window-stall", shows: zeroWindow(until: "9.000"), nearMiss: zeroWindow(until: "1.500")),
    Example(
      "close-behind-zero-window",
      shows: zeroWindow(until: "9.000") + "\n9.010 c F. 1101:1101(0) ack 201 win 501 id 30",
      nearMiss: zeroWindow(until: "9.000") + "\n19.010 c F. 1101:1101(0) ack 201 win 501 id 30"),
    Example(
      "retransmission-blackout",
      shows: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.250 c P. 101:151(50) ack 201 win 501 id 6
        1.700 c P. 101:151(50) ack 201 win 501 id 7
        2.600 c P. 101:151(50) ack 201 win 501 id 8
        4.400 c P. 101:151(50) ack 201 win 501 id 9
        8.000 c P. 101:151(50) ack 201 win 501 id 10
        16.000 c P. 101:151(50) ack 201 win 501 id 11
        """,
      nearMiss: exchange + """
        1.000 c P. 101:151(50) ack 201 win 501 id 5
        1.250 c P. 101:151(50) ack 201 win 501 id 6
        1.700 c P. 101:151(50) ack 201 win 501 id 7
        2.600 c P. 101:151(50) ack 201 win 501 id 8
        4.400 c P. 101:151(50) ack 201 win 501 id 9
        16.000 c P. 101:151(50) ack 201 win 501 id 11
        16.010 s . 201:201(0) ack 151 win 509 id 12
        """),
    Example(
      "keepalive-dead-peer", shows: probes + "\n36.000 c R. 101:101(0) ack 201 win 501 id 8",
      nearMiss: exchange + """
        10.000 c . 100:100(0) ack 201 win 501 id 5
        10.010 s . 201:201(0) ack 101 win 509 id 12
        20.000 c . 100:100(0) ack 201 win 501 id 6
        20.010 s . 201:201(0) ack 101 win 509 id 13
        36.000 c R. 101:101(0) ack 201 win 501 id 8
        """),
    Example(
      "answers-lost-behind-tap", shows: exchange + answeredProbes + "40.000 c R. 101:101(0) ack 201 win 501 id 9",
      nearMiss: exchange + answeredProbes + "36.000 c R. 101:101(0) ack 201 win 501 id 9"),
    Example(
      "keepalive-storm",
      shows: exchange + keepAlives(every: 5, count: 20), nearMiss: exchange + keepAlives(every: 60, count: 20)),
    Example(
      "keepalive-with-data",
      shows: exchange + "10.000 c . 100:101(1) ack 201 win 501 id 5",
      nearMiss: exchange + "10.000 c . 100:100(0) ack 201 win 501 id 5"),
    Example(
      "idle-middlebox-reset",
      shows: exchange + """
        400.000 c P. 101:151(50) ack 201 win 501 id 5 ttl 64
        400.010 s R 201:201(0) win 0 id 0 ttl 64
        """,
      // Soon after the last packet, nobody has forgotten anything for idleness.
      nearMiss: exchange + """
        20.000 c P. 101:151(50) ack 201 win 501 id 5 ttl 64
        20.010 s R 201:201(0) win 0 id 0 ttl 64
        """),
  ]

  private static let probes =
    exchange + """
      10.000 c . 100:100(0) ack 201 win 501 id 5
      20.000 c . 100:100(0) ack 201 win 501 id 6
      30.000 c . 100:100(0) ack 201 win 501 id 7
      """

  /// The server's window is 0 from 0.2 s on; the client probes.
  private static func zeroWindow(until end: String) -> String {
    exchange + """
      0.190 c P. 101:1101(1000) ack 201 win 501 id 20
      0.200 s . 201:201(0) ack 1101 win 0 id 21
      0.410 c . 1100:1100(0) ack 201 win 501 id 22
      0.420 s . 201:201(0) ack 1101 win 0 id 23
      0.850 c . 1100:1100(0) ack 201 win 501 id 24
      0.860 s . 201:201(0) ack 1101 win 0 id 25
      \(end) s . 201:201(0) ack 1101 win 509 id 26
      """
  }

  /// Three keepalive probes, one every 10 s, each answered.
  private static let answeredProbes = """
    10.000 c . 100:100(0) ack 201 win 501 id 5
    10.010 s . 201:201(0) ack 101 win 509 id 12
    20.000 c . 100:100(0) ack 201 win 501 id 6
    20.010 s . 201:201(0) ack 101 win 509 id 13
    30.000 c . 100:100(0) ack 201 win 501 id 7
    30.010 s . 201:201(0) ack 101 win 509 id 14

    """

  private static func keepAlives(every seconds: Int, count: Int) -> String {
    (1...count).map { number in
      """
      \(seconds * number).000 c . 100:100(0) ack 201 win 501 id \(100 + number)
      \(seconds * number).010 s . 201:201(0) ack 101 win 509 id \(200 + number)
      """
    }.joined(separator: "\n")
  }
}
