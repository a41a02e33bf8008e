import Anomalies
import ConnectionTracking
import TestSupport
import Testing

/// A rule, a conversation that shows it, and one that comes near and must not.
struct Example: Sendable, CustomTestStringConvertible {
  let id: String
  let shows: String
  let nearMiss: String
  var selfConnect = false

  init(_ id: String, shows: String, nearMiss: String, selfConnect: Bool = false) {
    self.id = id
    self.shows = shows
    self.nearMiss = nearMiss
    self.selfConnect = selfConnect
  }

  var testDescription: String { id }

  /// The names of what is found in `conversation`, over all its flows.
  static func ids(in conversation: String, selfConnect: Bool = false) throws -> [String] {
    let flows = try WireScript(conversation, selfConnect: selfConnect).flows()
    return flows.flatMap { Findings().of($0) }.map(\.id)
  }

  /// A handshake of 20 ms: the client's SYN at 0, established at 0.020. Next sequence numbers are 1.
  static let handshake = """
    0.000 c S 0:0(0) win 64240 id 1 ttl 64 <mss 1460,wscale 7>
    0.010 s S. 0:0(0) ack 1 win 65160 id 0 ttl 64 <mss 1460,wscale 7>
    0.020 c . 1:1(0) ack 1 win 502 id 2 ttl 64

    """

  /// The server has answered a request as well, so that both ends are known to be ESTABLISHED.
  static let exchange =
    handshake + """
      0.030 c P. 1:101(100) ack 1 win 502 id 3 ttl 64
      0.040 s P. 1:201(200) ack 101 win 509 id 11 ttl 64
      0.050 c . 101:101(0) ack 201 win 501 id 4 ttl 64

      """

  static let all: [Example] =
    handshakes + shapes + closes + stalls + silences + resets + incarnations + repeats + misfits + flags + captures
}
