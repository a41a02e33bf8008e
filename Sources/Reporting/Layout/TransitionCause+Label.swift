package import ConnectionTracking

extension TransitionCause {
  package enum Direction { case sent, received, none }

  /// Whether the endpoint that moved sent the segment or received it.
  package var direction: Direction {
    switch self {
    case .sendsSYN, .sendsSYNACK, .sendsFIN, .sendsRST: .sent
    case .receivesSYN, .receivesSYNACK, .synAcknowledged, .receivesFIN, .receivesFINACK, .finAcknowledged,
      .receivesRST, .receivesICMPError:
      .received
    case .timeWaitExpired, .finWait2Expired, .midstream, .unseenBytes, .replaced, .presumptionRefuted: .none
    }
  }

  /// What stands on the arrow between the two states.
  package var label: String {
    switch self {
    case .sendsSYN, .receivesSYN: "SYN"
    case .sendsSYNACK, .receivesSYNACK: "SYN,ACK"
    case .synAcknowledged: "ACK of SYN"
    case .sendsFIN, .receivesFIN: "FIN"
    case .receivesFINACK: "FIN, ACK of FIN"
    case .finAcknowledged: "ACK of FIN"
    case .sendsRST, .receivesRST: "RST"
    case .receivesICMPError: "ICMP error"
    case .timeWaitExpired: "2 MSL over"
    case .finWait2Expired: "FIN_WAIT_2 timeout"
    case .midstream: "seen mid-stream"
    case .unseenBytes: "unseen bytes"
    case .replaced: "new connection"
    case .presumptionRefuted: "taken back"
    }
  }

  /// Which label tells most where one segment had several effects.
  var weight: Int {
    switch self {
    case .midstream, .unseenBytes, .replaced, .presumptionRefuted: 0
    case .timeWaitExpired, .finWait2Expired: 1
    case .synAcknowledged, .finAcknowledged: 2
    case .sendsSYN, .receivesSYN, .sendsFIN, .receivesFIN: 3
    case .sendsSYNACK, .receivesSYNACK, .receivesFINACK: 4
    case .sendsRST, .receivesRST, .receivesICMPError: 5
    }
  }
}
