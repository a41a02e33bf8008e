import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Plays a conversation, and records every line whose states are not those behind its bar.
///
/// - Returns: the flows at its end, in order of their number.
@discardableResult
func conversation(
  _ text: String, stack: StackProfile = .linux, selfConnect: Bool = false,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> [Flow] {
  let script = try WireScript(text, selfConnect: selfConnect)
  for mismatch in script.mismatches(stack: stack) { Issue.record("\(mismatch)", sourceLocation: sourceLocation) }
  return script.flows(stack: stack)
}

/// A handshake; both ends go on at 1.
let handshake = """
  0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
  0.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD
  0.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?

  """

/// A handshake and ten bytes from the server, so that both ends are known to be ESTABLISHED; the client goes on at 1,
/// the server at 11.
let opened =
  handshake + """
    0.030 s P. 1:11(10) ack 1  | ESTABLISHED  ESTABLISHED
    0.040 c .  1:1(0) ack 11   | ESTABLISHED  ESTABLISHED

    """

extension Flow {
  /// The causes of one end's transitions, with how each is known.
  func steps(_ role: EndpointRole) -> [String] {
    timeline.filter { $0.endpoint == role }.map { entry in
      let fate = entry.refuted != nil ? " refuted" : entry.confirmed != nil ? " confirmed" : ""
      return "\(entry.cause.rawValue) \(entry.evidence)\(fate)"
    }
  }
}
