/// What one segment to an endpoint would do to it, should it arrive; where that leads, see `applied` in Machine/.
struct ArrivalEvents: OptionSet, Sendable, Hashable {
  let rawValue: UInt8

  static let syn = ArrivalEvents(rawValue: 1 << 0)
  static let synAcknowledged = ArrivalEvents(rawValue: 1 << 1)
  static let finAcknowledged = ArrivalEvents(rawValue: 1 << 2)
  static let fin = ArrivalEvents(rawValue: 1 << 3)
  static let rst = ArrivalEvents(rawValue: 1 << 4)
  /// Not an arrival: a RST in this endpoint's name that it may not have sent.
  static let doubtfulRST = ArrivalEvents(rawValue: 1 << 5)
  /// Not an arrival: a SYN in this endpoint's name while its connection still stood. Its host lost the connection and
  /// opens anew, or somebody forged it.
  static let reopening = ArrivalEvents(rawValue: 1 << 6)
  /// An ICMP error that ends a connection attempt.
  static let unreachable = ArrivalEvents(rawValue: 1 << 7)

  /// A RST that reached this endpoint, or was in its name.
  var isReset: Bool { self == .rst || self == .doubtfulRST }

  /// The word for the timeline.
  var cause: TransitionCause {
    if contains(.rst) { return .receivesRST }
    if contains(.unreachable) { return .receivesICMPError }
    if contains(.doubtfulRST) { return .sendsRST }
    if contains(.reopening) { return .sendsSYN }
    if contains(.fin) { return contains(.finAcknowledged) ? .receivesFINACK : .receivesFIN }
    if contains(.syn) { return contains(.synAcknowledged) ? .receivesSYNACK : .receivesSYN }
    return contains(.finAcknowledged) ? .finAcknowledged : .synAcknowledged
  }
}
