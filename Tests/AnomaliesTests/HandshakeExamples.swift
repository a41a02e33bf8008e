extension Example {
  static let handshakes: [Example] = [
    Example(
      "syn-timeout",
      shows: """
        0.000 c S 0:0(0) id 1
        1.000 c S 0:0(0) id 2
        3.000 c S 0:0(0) id 3
        """,
      // Two tries within a second may still be answered.
      nearMiss: """
        0.000 c S 0:0(0) id 1
        1.000 c S 0:0(0) id 2
        """),
    Example(
      "syn-retransmitted",
      shows: """
        0.000 c S 0:0(0) id 1
        1.000 c S 0:0(0) id 2
        1.010 s S. 0:0(0) ack 1 id 0
        1.020 c . 1:1(0) ack 1 id 3
        """,
      // The same packet twice in the capture is not a second SYN.
      nearMiss: """
        0.000 c S 0:0(0) id 1
        0.001 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1 id 0
        0.020 c . 1:1(0) ack 1 id 3
        """),
    Example(
      "syn-refused",
      shows: """
        0.000 c S 0:0(0)
        0.010 s R. 0:0(0) ack 1 win 0
        """,
      nearMiss: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c R 1:1(0)
        """),
    Example(
      "handshake-aborted",
      shows: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c R 1:1(0) win 0
        """,
      nearMiss: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1
        0.030 c R. 1:1(0) ack 1
        """),
    Example(
      "syn-ack-lost",
      shows: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        1.000 c S 0:0(0) id 2
        1.010 s S. 0:0(0) ack 1
        1.020 c . 1:1(0) ack 1 id 3
        """,
      // Nothing shows that a SYN-ACK was there to be lost.
      nearMiss: """
        0.000 c S 0:0(0) id 1
        1.000 c S 0:0(0) id 2
        1.010 s S. 0:0(0) ack 1
        1.020 c . 1:1(0) ack 1 id 3
        """),
    Example(
      "third-ack-lost",
      shows: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1 id 2
        1.010 s S. 0:0(0) ack 1
        1.020 c . 1:1(0) ack 1 id 3
        1.040 s P. 1:11(10) ack 1
        """,
      // A copy of the SYN-ACK, made by the network.
      nearMiss: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1 id 2
        0.025 s S. 0:0(0) ack 1
        0.030 c . 1:1(0) ack 1 id 3
        0.040 s P. 1:11(10) ack 1
        """),
    Example(
      "deferred-accept",
      shows: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1 id 2
        1.020 s S. 0:0(0) ack 1
        1.030 c . 1:1(0) ack 1 id 3
        3.000 c P. 1:101(100) ack 1 id 4
        3.010 s . 1:1(0) ack 101
        """,
      // The server speaks first: it had not deferred.
      nearMiss: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1 id 2
        0.520 s S. 0:0(0) ack 1
        0.530 c . 1:1(0) ack 1 id 3
        0.540 s P. 1:11(10) ack 1
        """),
    Example(
      "syn-rcvd-stalled",
      shows: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        1.010 s S. 0:0(0) ack 1
        3.010 s S. 0:0(0) ack 1
        7.010 s S. 0:0(0) ack 1
        """,
      nearMiss: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        1.010 s S. 0:0(0) ack 1
        1.020 c . 1:1(0) ack 1
        9.000 c P. 1:2(1) ack 1
        """),
    Example(
      "accept-queue-overflow",
      shows: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1 id 2
        0.030 c P. 1:101(100) ack 1 id 3
        0.250 c P. 1:101(100) ack 1 id 4
        1.010 s S. 0:0(0) ack 1
        1.020 c . 101:101(0) ack 1 id 5
        3.010 s S. 0:0(0) ack 1
        """,
      nearMiss: exchange),
    Example(
      "accept-overflow-reset",
      shows: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1
        0.030 s R 1:1(0) win 0
        """,
      // The server had spoken: it had accepted.
      nearMiss: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1
        0.030 s P. 1:11(10) ack 1
        0.040 c . 1:1(0) ack 11
        0.050 s R 11:11(0) win 0
        """),
    Example(
      "syncookie-orphan",
      shows: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1 id 2
        0.030 c P. 1:101(100) ack 1 id 3
        0.250 c P. 1:101(100) ack 1 id 4
        0.700 c P. 1:101(100) ack 1 id 5
        1.600 c P. 1:101(100) ack 1 id 6
        5.000 c P. 1:101(100) ack 1 id 7
        """,
      // The server has a socket: it acknowledges, late.
      nearMiss: """
        0.000 c S 0:0(0) id 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 1:1(0) ack 1 id 2
        0.030 c P. 1:101(100) ack 1 id 3
        0.250 c P. 1:101(100) ack 1 id 4
        5.000 c P. 1:101(100) ack 1 id 7
        5.010 s . 1:1(0) ack 101
        """),
  ]

  static let shapes: [Example] = [
    Example(
      "simultaneous-open",
      shows: """
        0.000 c S 0:0(0)
        0.005 s S 0:0(0)
        0.020 c S. 0:0(0) ack 1
        0.021 s S. 0:0(0) ack 1
        0.040 c . 1:1(0) ack 1
        0.041 s . 1:1(0) ack 1
        """,
      nearMiss: handshake),
    Example(
      "split-handshake",
      shows: """
        0.000 c S 0:0(0)
        0.020 s S 0:0(0)
        0.030 c S. 0:0(0) ack 1
        0.040 s . 1:1(0) ack 1
        """,
      nearMiss: """
        0.000 c S 0:0(0)
        0.005 s S 0:0(0)
        0.020 c S. 0:0(0) ack 1
        0.021 s S. 0:0(0) ack 1
        """),
    Example(
      "self-connect",
      shows: """
        0.000 c S 0:0(0) id 1
        0.000 c S. 0:0(0) ack 1 id 2
        0.000 c . 1:1(0) ack 1 id 3
        """,
      nearMiss: handshake, selfConnect: true),
    Example(
      "syn-different-isn",
      shows: """
        0.000 c S 0:0(0)
        0.500 c S 70000:70000(0)
        """,
      nearMiss: """
        0.000 c S 0:0(0) id 1
        1.000 c S 0:0(0) id 2
        """),
    Example(
      "syn-ack-different-isn",
      shows: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.011 s S. 90000:90000(0) ack 1
        """,
      nearMiss: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 1
        1.011 s S. 0:0(0) ack 1
        """),
    Example(
      "bad-syn-ack-ack",
      shows: """
        0.000 c S 0:0(0)
        0.010 s S. 0:0(0) ack 5000
        0.020 c R 5000:5000(0)
        """,
      nearMiss: handshake),
    Example(
      "tfo-used",
      shows: """
        0.000 c S 0:100(100) <mss 1460,tfo 8>
        0.010 s S. 0:0(0) ack 101
        0.020 c . 101:101(0) ack 1
        """,
      nearMiss: handshake),
    Example(
      "tfo-data-ignored",
      shows: """
        0.000 c S 0:100(100) <mss 1460,tfo 8>
        0.010 s S. 0:0(0) ack 1
        0.020 c P. 1:101(100) ack 1
        """,
      nearMiss: """
        0.000 c S 0:100(100) <mss 1460,tfo 8>
        0.010 s S. 0:0(0) ack 101
        0.020 c . 101:101(0) ack 1
        """),
    Example(
      "data-before-established",
      shows: """
        0.000 c S 0:0(0)
        0.002 c P. 1:101(100) ack 1
        0.010 s S. 0:0(0) ack 1
        0.020 c . 101:101(0) ack 1
        """,
      nearMiss: handshake + "0.021 c P. 1:101(100) ack 1 win 502 id 3 ttl 64"),
  ]
}
