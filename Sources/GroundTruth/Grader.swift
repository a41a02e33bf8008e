public import ConnectionTracking
import PacketDecoding

/// Holds the states inferred from one capture against what the kernel said.
public struct Grader {
  let recording: Recording
  let history: History
  let tap: Tap

  public init(_ recording: Recording, tap: Tap) {
    self.recording = recording
    self.history = History(recording)
    self.tap = tap
  }

  /// Grades the flows that were found in the capture of this tap.
  public func grade(_ flows: [Flow]) -> Grade {
    var grade = Grade()
    for (index, checkpoint) in recording.checks.enumerated() {
      let truth = truth(at: checkpoint)
      let before = index > 0 ? recording.checks[index - 1] : nil
      let truthBefore = before.map { self.truth(at: $0) }
      for pair in pairs(truth, flows, checkpoint).sorted(by: { ($0.me, $0.you) < ($1.me, $1.you) }) {
        let want = truth[pair] ?? .closed
        let previous = before.flatMap { before in (truthBefore?[pair]).map { ($0, before.t0) } }
        if history.isHidden(pair, at: tap, time: checkpoint.t0, want: want, previous: previous) {
          grade.hidden += 1
          continue
        }
        judge(Claim(of: pair, in: flows, at: checkpoint.t0), want, pair, checkpoint, &grade)
      }
    }
    compareOrders(flows, &grade)
    return grade
  }

  /// The kernel's word on every end that has a socket; an end without one is CLOSED.
  func truth(at checkpoint: Checkpoint) -> [EndPair: TCPState] {
    var truth: [EndPair: TCPState] = [:]
    for row in checkpoint.a + checkpoint.b where row.state != "LISTEN" {
      guard let me = SocketAddress(text: row.local), let you = SocketAddress(text: row.peer) else { continue }
      truth[EndPair(me: me, you: you)] = TCPState(ss: row.state)
    }
    return truth
  }

  /// Both ends of every connection that has a socket or a flow by then.
  func pairs(_ truth: [EndPair: TCPState], _ flows: [Flow], _ checkpoint: Checkpoint) -> Set<EndPair> {
    let known = flows.filter { $0.firstSeen.time.nanoseconds <= checkpoint.t0 }
    let pairs = truth.keys + known.map { EndPair(me: $0.client, you: $0.server) }
    return Set(pairs.flatMap { [$0, $0.reversed] })
  }

  private func judge(
    _ claim: Claim, _ want: TCPState, _ pair: EndPair, _ checkpoint: Checkpoint, _ grade: inout Grade
  ) {
    if claim.says(want) {
      grade.exact += 1
      return
    }
    let wanted = "kernel \(want), inferred \(claim.description)"
    let remark = Grade.Case(
      scenario: recording.scenario, tap: tap, checkpoint: checkpoint.label,
      finding: "\(history.side(of: pair.me)) port \(pair.me.port): \(wanted)")
    if claim.allows(want) {
      grade.hedged.append(remark)
    } else if claim.hasFlow || want != .closed {
      grade.wrong.append(remark)
    }
  }
}

extension Flow {
  /// Which end of this flow `pair.me` is; nil where the flow is another connection's.
  func role(of pair: EndPair) -> EndpointRole? {
    switch (pair.me, pair.you) {
    case (client, server): .client
    case (server, client): .server
    default: nil
    }
  }
}

/// What the flows say of one end at one moment.
struct Claim {
  let hasFlow: Bool
  /// The end's entries up to then.
  let entries: ArraySlice<Transition>
  /// What it is said to have been before the first of them.
  private let start: TCPState?
  /// The same of the connection before, which may not have made way.
  private let earlier: ArraySlice<Transition>
  private let time: Int64

  init(of pair: EndPair, in flows: [Flow], at time: Int64) {
    self.time = time
    let begun = flows.filter { $0.firstSeen.time.nanoseconds <= time && $0.role(of: pair) != nil }
      .sorted { $0.firstSeen.time < $1.firstSeen.time }
    let flow = begun.last
    hasFlow = flow != nil
    let role = flow?.role(of: pair)
    start = role.flatMap { role in flow.map { $0.firstEntry { $0.endpoint == role }?.from ?? $0[role].state } } ?? nil
    entries = Self.entries(of: flow, pair, upTo: time)
    earlier = Self.entries(of: begun.dropLast().last, pair, upTo: time)
  }

  private static func entries(of flow: Flow?, _ pair: EndPair, upTo time: Int64) -> ArraySlice<Transition> {
    let role = flow?.role(of: pair)
    return (flow?.timeline ?? []).filter { $0.endpoint == role && $0.time.nanoseconds <= time }[...]
  }

  /// The state it is said to be in; nil where nothing is said.
  var state: TCPState? { entries.isEmpty ? start : entries.last?.to }

  /// Whether the state rests on evidence, not on a presumption or a timer.
  var isCertain: Bool { entries.last.map { !isOpen($0) } ?? false }

  func says(_ want: TCPState) -> Bool { state == want || (want == .closed && state?.isGone == true) }

  /// Whether `want` is a state before those that were called presumed at that moment.
  func allows(_ want: TCPState) -> Bool {
    var rest = entries
    while let last = rest.last, isOpen(last) {
      rest.removeLast()
      let before = rest.last.map(\.to) ?? .closed
      if before == want || (want == .closed && before?.isGone == true) { return true }
    }
    // Nothing of this connection is certain: that the one before has made way for it is not, either.
    return rest.isEmpty && earlier.last.map { $0.cause == .replaced && isOpen($0) && $0.from == want } == true
  }

  private func isOpen(_ entry: Transition) -> Bool {
    entry.evidence != .observed && (entry.confirmed?.time.nanoseconds ?? .max) > time
  }

  var description: String {
    guard let last = entries.last, let state = last.to else { return "nothing" }
    let evidence = isOpen(last) ? "\(last.evidence)" : last.evidence == .observed ? "observed" : "confirmed"
    return "\(state) (\(evidence))" + (last.from.map { " after \($0)" } ?? "")
  }
}
