import ConnectionTracking
import PacketDecoding

/// In which state each end is left and for how long, as far as the capture reaches.
struct StatesClause {
  /// The spellings of the states by raw value, UNKNOWN last.
  let names: PreparedTexts
  /// The end whose state was told before.
  let told: EndpointRole?

  func write(_ flow: borrowing Flow, into output: inout OutputBuffer) {
    guard isWorthWords(flow) else { return }
    output.append("; ")
    let (client, server) = (flow.clientEnd, flow.serverEnd)
    if told == nil, client.state == server.state, let state = client.state {
      return writeBoth(state, flow, into: &output)
    }
    if told != .client { write(.client, of: flow, into: &output) }
    // Nothing of an end that never sent a packet is known.
    guard told != .server, flow.close != .unanswered else { return }
    if told == nil { output.append(", ") }
    write(.server, of: flow, into: &output)
  }

  /// After a reset or a refusal everybody expects both ends to be closed.
  private func isWorthWords(_ flow: borrowing Flow) -> Bool {
    switch flow.close {
    case .refused: false
    case .reset, .resetAfterFIN: flow.clientEnd.state != .closed || flow.serverEnd.state != .closed
    case .fourWay, .threeWay, .simultaneous, .half, .unanswered, .none: true
    }
  }

  private func writeBoth(_ state: TCPState, _ flow: borrowing Flow, into output: inout OutputBuffer) {
    let (client, server) = (flow.clientEnd, flow.serverEnd)
    output.append(client.isPresumed && server.isPresumed ? "both ends are presumably " : "both ends are ")
    let first = flow.firstSeen.time
    write(state, since: max(client.stateSince ?? first, server.stateSince ?? first), flow, into: &output)
    guard client.isPresumed != server.isPresumed else { return }
    output.append(client.isPresumed ? ", the client presumably" : ", the server presumably")
  }

  private func write(_ role: EndpointRole, of flow: borrowing Flow, into output: inout OutputBuffer) {
    let end = flow[role]
    output.append(role.noun)
    guard let state = end.state else { return output.append(" is in a state that nothing shows") }
    output.append(end.isPresumed ? " is presumably " : " is ")
    write(state, since: end.stateSince ?? flow.firstSeen.time, flow, into: &output)
  }

  /// `CLOSED`, `in TIME_WAIT`, `still in CLOSE_WAIT after at least 41 s`.
  private func write(
    _ state: TCPState, since: Timestamp, _ flow: borrowing Flow, into output: inout OutputBuffer
  ) {
    let name = Int(state.rawValue)
    if state == .closed || state == .listen { return output.append(name, of: names) }
    let time = flow.endedAt.nanoseconds(since: since)
    let isCut = flow.end != .closed && flow.end != .replaced
    // A state that was entered with the last packets has not been waited in.
    output.append(isCut && time >= Self.worthSaying ? "still in " : "in ")
    output.append(name, of: names)
    if isCut, time >= Self.worthSaying {
      output.append(" after at least ")
      output.append(duration: time)
    } else if flow.end == .replaced {
      output.append(" until a new connection took its ports after ")
      output.append(duration: time)
    }
  }

  private static let worthSaying: Int64 = 1_000_000
}
