/// Conversations that take the arrows no capture takes: most need a host that breaks rules, a forger, or a tap that
/// misses what matters.
enum TableConversations {
  static let all: [(name: String, text: String)] = [
    ("a RST that is not exact, and more data", opened + "1.000 c R. 5:5(0) ack 11\n1.500 c P. 1:11(10) ack 11"),
    ("a SYN after a late start", "0.000 s . 1:1(0) ack 1\n0.010 c S 0:0(0)"),
    ("a SYN-ACK after a late start", "0.000 c . 1:1(0) ack 1\n0.010 s S. 0:0(0) ack 1"),
    ("a SYN-ACK from a refused port", refused + "0.020 s S. 0:0(0) ack 1"),
    ("an ACK from a refused port", refused + "0.020 s . 1:1(0) ack 1"),
    ("a SYN-ACK to a SYN that did not pass", "0.000 s S 0:0(0)\n0.010 s S. 0:0(0) ack 1"),
    ("an answer to a SYN with FIN", "0.000 c SF 0:0(0)\n0.010 s . 1:1(0) ack 1"),
    ("only the client is seen", "0.000 c S 0:0(0)\n0.010 c . 1:1(0) ack 1"),
    ("a FIN that its sender's ACK overtook", opened + closing + acked + "1.020 s F. 11:11(0) ack 1"),
    ("a FIN without ACK in SYN_RCVD", "0.000 c S 0:0(0)\n0.010 s S. 0:0(0) ack 1\n0.020 c F 1:1(0)"),
    ("a FIN first", "0.000 c F. 1:1(0) ack 1"),
    ("bytes unseen in FIN_WAIT_1", opened + closing + "1.010 c . 2:2(0) ack 500"),
    ("bytes unseen in CLOSE_WAIT", opened + closing + acked + "1.020 s . 11:11(0) ack 500"),
    ("a RST of CLOSING", opened + closing + crossed + "1.020 c . 2:2(0) ack 12\n1.030 c R. 2:2(0) ack 12"),
    ("a RST of LAST_ACK", opened + closing + closed + "1.020 s R. 12:12(0) ack 2"),
    ("a RST of TIME_WAIT", opened + closing + closed + "1.020 c . 2:2(0) ack 12\n1.030 c R. 2:2(0) ack 12"),
    ("another SYN in SYN_RCVD", "0.000 c S 0:0(0)\n0.010 s S. 0:0(0) ack 1\n0.020 s S 70000:70000(0)"),
    ("another SYN in FIN_WAIT_1", opened + closing + "2.000 c S 70000:70000(0)"),
    ("another SYN in FIN_WAIT_2", opened + closing + acked + "2.000 c S 70000:70000(0)"),
    ("another SYN in CLOSE_WAIT", opened + closing + acked + "2.000 s S 70000:70000(0)"),
    ("another SYN in CLOSING", opened + closing + crossed + "2.000 c S 70000:70000(0)"),
    ("an older SYN in LAST_ACK", opened + closing + closed + "2.000 s S -70000:-70000(0)"),
    ("another SYN in TIME_WAIT", opened + closing + closed + "2.000 c S 70000:70000(0)"),
    ("another SYN in CLOSED", opened + "1.000 c R. 5:5(0) ack 11\n2.000 c S 70000:70000(0)"),
    ("another SYN after a FIN without ACK", "0.000 c F 1:1(0)\n0.010 s . 1:1(0) ack 2\n1.000 c S 70000:70000(0)"),
    ("the next attempt before an answer", "0.000 c S 0:0(0)\n0.010 c S 5000:5000(0)"),
    ("the next incarnation in ESTABLISHED", opened + "1.000 s R. 20:20(0) ack 1\n2.000 c S 70000:70000(0)"),
    ("the next incarnation in FIN_WAIT_1", opened + closing + "1.010 s R. 30:30(0) ack 1\n2.000 c S 70000:70000(0)"),
    (
      "the next incarnation in FIN_WAIT_2",
      opened + closing + acked + "1.020 s R. 5:5(0) ack 2\n2.000 c S 70000:70000(0)"
    ),
    ("the next incarnation in CLOSE_WAIT", opened + closing + acked + aborted + "2.000 s S 70000:70000(0)"),
    ("the next incarnation in CLOSING", opened + closing + crossed + aborted + "2.000 s S 70000:70000(0)"),
    ("the next incarnation in LAST_ACK", opened + closing + closed + "2.000 s S 70000:70000(0)"),
    (
      "a TIME_WAIT that does not make way",
      opened + closing + closed + "1.020 c . 2:2(0) ack 12\n2.000 s S 70000:70000(0)\n2.001 c . 2:2(0) ack 12"
    ),
    ("data beyond a FIN", opened + closing + beyond),
    ("data beyond a FIN that was acknowledged", opened + closing + acked + beyond),
    (
      "data beyond a FIN in FIN_WAIT_2",
      opened + closing + acked + answeredFIN + "2.000 c P. 1:101(100) ack 21\n2.010 s . 21:21(0) ack 101"
    ),
    (
      "data beyond the FIN of CLOSING",
      opened + closing + crossed + "1.020 c . 2:2(0) ack 12\n1.030 s . 12:12(0) ack 2\n" + beyondBoth
    ),
    ("data beyond the FIN of LAST_ACK", opened + "1.000 s F. 11:11(0) ack 1\n1.010 c F. 1:1(0) ack 12\n" + beyondBoth),
    ("data beyond the FIN of TIME_WAIT", opened + closing + closed + "1.020 c . 2:2(0) ack 12\n" + beyondBoth),
    (
      "data beyond a FIN for TIME_WAIT",
      opened + "1.000 s F. 11:11(0) ack 1\n1.010 c F. 1:1(0) ack 12\n1.020 s . 12:12(0) ack 2\n" + beyondBoth
    ),
  ]

  private static let answeredFIN = "1.020 s P. 11:21(10) ack 2\n1.030 c . 2:2(0) ack 21\n"
  private static let beyond = "2.000 c P. 1:101(100) ack 11\n2.010 s . 11:11(0) ack 101"
  private static let beyondBoth = "2.000 c P. 1:101(100) ack 12\n2.010 s . 12:12(0) ack 101"
  private static let refused = "0.000 c S 0:0(0)\n0.010 s R. 0:0(0) ack 1\n"
  private static let closing = "1.000 c F. 1:1(0) ack 11\n"
  private static let acked = "1.010 s . 11:11(0) ack 2\n"
  private static let crossed = "1.010 s F. 11:11(0) ack 1\n"
  private static let closed = "1.010 s F. 11:11(0) ack 2\n"
  private static let aborted = "1.030 c R. 50:50(0) ack 11\n"
}
