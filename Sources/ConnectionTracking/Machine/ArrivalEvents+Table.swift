// The order in which the events of one arriving segment are applied: that of the RFC's steps (9293 §3.10.7.4), so that
// a SYN-ACK opens and a FIN-ACK closes.

extension ArrivalEvents {
  /// The state that `state` becomes, or nil where nothing was known and nothing is learnt.
  @inline(__always)
  func applied(to state: TCPState?) -> TCPState? {
    guard state != nil else { return appliedToUnknown }
    var result = state
    if contains(.syn) { result = result.moved(by: .receivesSYN) }
    if contains(.synAcknowledged) { result = result.moved(by: .synAcknowledged) }
    if contains(.finAcknowledged) { result = result.moved(by: .finAcknowledged) }
    if contains(.fin) { result = result.moved(by: .receivesFIN) }
    if contains(.rst) { result = result.moved(by: .receivesRST) }
    if contains(.unreachable) { result = result.moved(by: .unreachable) }
    if contains(.doubtfulRST) { result = result.moved(by: .sendsRST) }
    if contains(.reopening) { result = result.moved(by: .reopens) }
    return result
  }

  /// Mid-stream, one event speaks for the whole arrival, since a first one would already change what the next means: a
  /// SYN and an acknowledgment of a SYN, each nothing alone, say together that the connection opens.
  private var appliedToUnknown: TCPState? {
    let unknown: TCPState? = nil
    if contains(.rst) { return unknown.moved(by: .receivesRST) }
    if contains(.doubtfulRST) { return unknown.moved(by: .sendsRST) }
    if contains(.reopening) { return unknown.moved(by: .reopens) }
    if contains(.fin) { return unknown.moved(by: .receivesFIN) }
    return contains([.syn, .synAcknowledged]) ? unknown.moved(by: .receivesSYNACK) : unknown
  }
}
