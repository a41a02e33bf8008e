import ConnectionTracking
import PacketDecoding

extension Grader {
  /// Compares each end's order of states with the kernel's.
  ///
  /// Left out on both sides: CLOSED and LISTEN, TIME_WAIT, which the tracepoint does not show, and a passive opener's
  /// SYN_RCVD, which it shows too late. Refuted entries and the ones that go back after them do not count. Where one
  /// segment moves an end by two arrows, the kernel names the state between and RFC 9293 does not: that is put in. What
  /// stayed a presumption to the end is no claim, and may be left out.
  func compareOrders(_ flows: [Flow], _ grade: inout Grade) {
    for (pair, transitions) in history.transitions.sorted(by: { ($0.key.me, $0.key.you) < ($1.key.me, $1.key.you) }) {
      let truth = self.truth(at: recording.checks.last ?? Checkpoint(label: "", t0: 0, t1: 0, a: [], b: []))
      let isHidden = history.isHidden(
        pair, at: tap, time: recording.end, want: truth[pair] ?? .closed, previous: nil)
      guard history.isHost(pair.me), !isHidden, !history.wasImpersonated(pair, at: tap) else { continue }
      let want = kernelOrder(transitions)
      grade.orders += 1
      let steps = inferredSteps(of: pair, in: flows, keepsSYNReceived: want.contains(.synReceived))
      guard !steps[...].spell(want[...]) else { continue }
      let inferred = steps.map { $0.isPresumption ? "\($0.state)?" : "\($0.state)" }.joined(separator: " ")
      let kernel = want.map { "\($0)" }.joined(separator: " ")
      grade.ordersOff.append(
        Grade.Case(
          scenario: recording.scenario, tap: tap, checkpoint: "order",
          finding: "\(history.side(of: pair.me)) port \(pair.me.port): kernel \(kernel), inferred \(inferred)"))
    }
  }

  private func kernelOrder(_ transitions: [(time: Int64, from: TCPState, to: TCPState)]) -> [TCPState] {
    let states = transitions.filter { !$0.to.isGone && !($0.to == .synReceived && $0.from != .synSent) }.map(\.to)
    return states.indices.filter { $0 == 0 || states[$0] != states[$0 - 1] }.map { states[$0] }
  }

  private func inferredSteps(of pair: EndPair, in flows: [Flow], keepsSYNReceived: Bool) -> [Step] {
    flows.sorted { $0.firstSeen.time < $1.firstSeen.time }.flatMap { flow -> [Step] in
      guard let role = flow.role(of: pair) else { return [] }
      return flow.timeline.filter { $0.endpoint == role && $0.refuted == nil && $0.cause != .presumptionRefuted }
        .flatMap(\.steps)
    }
    .filter { !$0.state.isGone && $0.state != .timeWait && ($0.state != .synReceived || keepsSYNReceived) }
  }
}

/// A state an end was said to come to.
private struct Step {
  var state: TCPState
  /// Nothing has confirmed it, to the end of the capture.
  var isPresumption: Bool
}

extension ArraySlice<Step> {
  /// Whether these steps are `order`, where presumptions may be left out and repetitions count once.
  fileprivate func spell(_ order: ArraySlice<TCPState>, after previous: TCPState? = nil) -> Bool {
    guard let step = first else { return order.isEmpty }
    let rest = dropFirst()
    if step.state == previous, rest.spell(order, after: previous) { return true }
    if step.isPresumption, rest.spell(order, after: previous) { return true }
    return step.state == order.first && rest.spell(order.dropFirst(), after: step.state)
  }
}

extension Transition {
  /// The states the kernel passes through on this entry's way.
  fileprivate var steps: [Step] {
    let isPresumption = evidence != .observed && confirmed == nil
    return states.map { Step(state: $0, isPresumption: isPresumption) }
  }

  private var states: [TCPState] {
    switch (from, to) {
    case (.finWait1, .timeWait): [.finWait2, .timeWait]
    case (.synReceived, .closeWait), (.synSent, .closeWait): [.established, .closeWait]
    case (_, let to?): [to]
    case (_, nil): []
    }
  }
}
