import Anomalies
import ConnectionTracking
import PacketDecoding

/// How a flow came to its end, as fields of a JSON object.
///
/// All but a few flows of a capture end in one of some dozen ways.
struct OutcomeJSON {
  private var texts = RecentTexts<Outcome>(bits: 8)
  /// The spellings of the states by raw value, UNKNOWN last.
  private let names: [String]

  init(names: [String]) { self.names = names }

  /// Writes the fields `closed_by` to `final`, a comma before each.
  mutating func write(of flow: borrowing Flow, _ cause: ResetCause?, into output: inout OutputBuffer) {
    let outcome = Outcome(
      closedBy: flow.closedBy, close: flow.close, cause: cause, end: flow.end, client: flow.clientEnd.state.index,
      server: flow.serverEnd.state.index)
    let states = outcome.client &* TCPState?.places &+ outcome.server
    let mixed = (states &* Flow.CloseKind.places &+ outcome.close.index) &* 2 &+ (outcome.closedBy == .server ? 1 : 0)
    texts.append(outcome, mixed, into: &output) { [names] in $0.text(names) }
  }
}

/// What the fields say; see ``Flow``.
struct Outcome: Equatable {
  let closedBy: Flow.Closer?
  let close: Flow.CloseKind
  let cause: ResetCause?
  let end: Flow.EndReason
  /// The places of the states.
  let client, server: Int

  fileprivate func text(_ names: [String]) -> String {
    let closer = closedBy.map { "\"\($0.rawValue)\"" } ?? "null"
    let reset = cause.map { "\"\($0.rawValue)\"" } ?? "null"
    return ",\"closed_by\":\(closer),\"close\":\"\(close.rawValue)\",\"rst_cause\":\(reset)"
      + ",\"end\":\"\(end.rawValue)\""
      + ",\"final\":{\"client\":\"\(names[client])\",\"server\":\"\(names[server])\"}"
  }
}
