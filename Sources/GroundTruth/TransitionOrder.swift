import ConnectionTracking
import PacketDecoding

extension Grader {
  /// Compares each end's order of states with the kernel's.
  ///
  /// Left out on both sides: CLOSED and LISTEN, TIME_WAIT, which the tracepoint does not show, and a passive opener's
  /// SYN_RCVD, which it shows too late. Refuted entries and the ones that go back after them do not count. Where one
  /// segment moves an end by two arrows, the kernel names the state between and RFC 9293 does not: that is put in.
  func compareOrders(_ flows: [Flow], _ grade: inout Grade) {
    for (pair, transitions) in history.transitions.sorted(by: { ($0.key.me, $0.key.you) < ($1.key.me, $1.key.you) }) {
      let truth = self.truth(at: recording.checks.last ?? Checkpoint(label: "", t0: 0, t1: 0, a: [], b: []))
      let isHidden = history.isHidden(
        pair, at: tap, time: recording.end, want: truth[pair] ?? .closed, previous: nil)
      guard history.isHost(pair.me), !isHidden, !history.wasImpersonated(pair, at: tap) else { continue }
      let want = kernelOrder(transitions)
      grade.orders += 1
      let got = inferredOrders(of: pair, in: flows, keepsSYNReceived: want.contains(.synReceived))
      guard !got.contains(want) else { continue }
      grade.ordersOff.append(
        Grade.Case(
          scenario: recording.scenario, tap: tap, checkpoint: "order",
          finding: "\(history.side(of: pair.me)) port \(pair.me.port): kernel \(text(want)), "
            + "inferred \(text(got.first ?? []))")
      )
    }
  }

  private func text(_ states: [TCPState]) -> String { states.map { "\($0)" }.joined(separator: " ") }

  private func kernelOrder(_ transitions: [(time: Int64, from: TCPState, to: TCPState)]) -> [TCPState] {
    let states = transitions.filter { !$0.to.isGone && !($0.to == .synReceived && $0.from != .synSent) }.map(\.to)
    return states.withoutRepetition
  }

  /// The order inferred, and the shorter ones without presumptions at its end that nothing has confirmed.
  private func inferredOrders(of pair: EndPair, in flows: [Flow], keepsSYNReceived: Bool) -> [[TCPState]] {
    var entries: [TimelineEntry] = []
    for flow in flows.sorted(by: { $0.firstSeen.time < $1.firstSeen.time }) {
      guard let role = flow.role(of: pair) else { continue }
      entries += flow.timeline.filter {
        $0.endpoint == role && $0.refuted == nil && $0.cause != .presumptionRefuted
      }
    }
    func order(_ entries: ArraySlice<TimelineEntry>) -> [TCPState] {
      entries.flatMap(\.steps)
        .filter { !$0.isGone && $0 != .timeWait && ($0 != .synReceived || keepsSYNReceived) }.withoutRepetition
    }
    var orders = [order(entries[...])]
    while let last = entries.last, last.evidence != .observed, last.confirmed == nil {
      entries.removeLast()
      orders.append(order(entries[...]))
    }
    return orders
  }
}

extension TimelineEntry {
  /// The states the kernel passes through on this entry's way.
  fileprivate var steps: [TCPState] {
    switch (from, to) {
    case (.finWait1, .timeWait): [.finWait2, .timeWait]
    case (.synReceived, .closeWait), (.synSent, .closeWait): [.established, .closeWait]
    case (_, let to?): [to]
    case (_, nil): []
    }
  }
}

extension Array where Element: Equatable {
  fileprivate var withoutRepetition: [Element] {
    indices.filter { $0 == 0 || self[$0] != self[$0 - 1] }.map { self[$0] }
  }
}
