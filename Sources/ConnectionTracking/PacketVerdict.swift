/// What a segment was to its connection, and both states as known then.
public struct PacketVerdict: Sendable, Equatable {
  /// The flow's number.
  public var flow: Int
  /// Who sent it.
  public var sender: EndpointRole
  public var kind: Kind
  /// nil is UNKNOWN.
  public var clientState: TCPState?
  public var serverState: TCPState?

  public enum Kind: Sendable, Hashable {
    /// The next data, or the next acknowledgment, of an established connection, and nothing else.
    case predicted
    /// It was taken, and no state moved by it.
    case carried
    /// It moved a state, or proved one.
    case moved
    /// It brings bytes that had passed before.
    case repeated
    /// It brings bytes below the highest that had passed, and new.
    case outOfOrder
    /// The capture holds this very packet twice.
    case copied
    /// Its receiver drops it. A segment whose acknowledgment alone cannot be believed is none: its bytes are taken.
    case unacceptable(Acceptability)
    /// Its checksum is wrong, so that its receiver drops it.
    case damaged
  }
}
