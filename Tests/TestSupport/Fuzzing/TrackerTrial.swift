package import ConnectionTracking
import PacketDecoding

/// A sequence of packets through the tracker, in every way it can be fed, held against each other and against what every
/// flow keeps to.
///
/// The input is two bytes that configure the tracker, then either a ``FuzzConversation`` or, where the first byte's high
/// bit is set, captured packets as ``DecoderTrial`` has them, each behind a byte for the time that passes.
package struct TrackerTrial {
  let configuration: TrackerConfiguration
  let steps: [TrackerStep]

  package init(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let first = input.byte()
    configuration = Self.configuration(first, input.byte())
    steps = first & 0x80 == 0 ? Self.conversation(&input) : Self.packets(&input)
  }

  /// An input that holds `packets`, a millisecond after one another.
  package static func input(_ packets: [FuzzPacket]) -> [UInt8] {
    packets.prefix(FuzzConversation.maximumSteps).reduce(into: [0x80, 0]) { $0 += [3] + $1.encoded }
  }

  /// The ways to feed it that are held against one segment after another.
  package enum Way: Int, CaseIterable { case batches, streams, savedSYNs, digests, machine }

  /// What the tracker did that it must not; empty where all was well.
  package static func breaches(_ bytes: [UInt8]) -> [String] { TrackerTrial(bytes).breaches() }

  /// The same in one way, which the bytes choose: a fuzzer has others of the kind for the others.
  package static func breachesInOneWay(_ bytes: [UInt8]) -> [String] {
    let sum = bytes.reduce(0) { $0 &* 31 &+ Int($1) }
    return TrackerTrial(bytes).breaches([Way.allCases[Int(sum.magnitude % UInt(Way.allCases.count))]])
  }

  /// Its flows, in the order they ended, as segments fed one by one give them.
  package func flows() -> [Flow] { singly(configuration).events.flows }

  private static func configuration(_ first: UInt8, _ second: UInt8) -> TrackerConfiguration {
    var configuration = TrackerConfiguration()
    configuration.stack = StackProfile.all[Int(first & 7) % StackProfile.all.count]
    configuration.maximumFlows = [1_000_000, 2, 1, 3][Int(first >> 3 & 3)]
    configuration.maximumMemory = [1 << 30, 1 << 30, 2000, 1][Int(first >> 5 & 3)]
    configuration.reportsTransitions = second & 1 == 0
    configuration.maximumOutOfOrderBytes = [1 << 20, 2000, 100, 0][Int(second >> 1 & 3)]
    return configuration
  }

  private static func conversation(_ input: inout FuzzInput) -> [TrackerStep] {
    var conversation = FuzzConversation()
    var steps: [TrackerStep] = []
    while !input.isAtEnd, steps.count < FuzzConversation.maximumSteps { steps.append(conversation.next(from: &input)) }
    return steps
  }

  private static func packets(_ input: inout FuzzInput) -> [TrackerStep] {
    var decoder = PacketDecoder(verifiesChecksums: true)
    var steps: [TrackerStep] = []
    var time = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)
    while !input.isAtEnd, steps.count < FuzzConversation.maximumSteps {
      time = time.advanced(byNanoseconds: FuzzConversation.pauses[Int(input.byte() & 0xF)])
      let packet = FuzzPacket(from: &input)
      switch decoder.decode(packet.bytes.span, packet.info(UInt64(steps.count + 1), at: time)) {
      case .segment(var segment):
        let payload = decoder.payload(of: segment, in: packet.bytes)
        segment.payload = 0..<payload.count
        steps.append(.segment(segment, payload: payload))
      case .icmpError(let error): steps.append(.icmpError(error))
      case .other, .malformed: steps.append(.silence(until: time))
      }
    }
    return steps
  }
}

// MARK: - The ways to feed a tracker

extension TrackerTrial {
  /// What came of the steps, and the most flows that were held at once.
  private struct Outcome {
    var events: [TrackerEvent] = []
    var mostFlows = 0
    /// Of each step, nil where it is no segment; what is predicted counts as carried, which the machine says of it.
    var verdicts: [PacketVerdict?] = []
    /// Looks at the flows held that do not agree.
    var lookBreaches: [String] = []
  }

  private func singly(_ configuration: TrackerConfiguration, looks: Bool = false) -> Outcome {
    var tracker = ConnectionTracker(configuration)
    var outcome = Outcome()
    for (number, step) in steps.enumerated() {
      let verdict = Self.feed(step, to: &tracker, &outcome.events)
      outcome.verdicts.append(verdict)
      outcome.mostFlows = max(outcome.mostFlows, tracker.openFlows)
      // To look at the flows changes nothing, but for the room that it takes.
      if looks, number % 8 == 0 { outcome.lookBreaches += Self.breaches(ofLooksAt: &tracker, after: verdict) }
    }
    tracker.finish(into: &outcome.events)
    return outcome
  }

  private static func feed(
    _ step: TrackerStep, to tracker: inout ConnectionTracker, _ events: inout [TrackerEvent]
  ) -> PacketVerdict? {
    switch step {
    case .segment(let segment, let payload):
      var verdict = tracker.process(segment, payload: payload.span, into: &events)
      if verdict?.kind == .predicted { verdict?.kind = .carried }
      return verdict
    case .icmpError(let error): tracker.process(error, into: &events)
    case .silence(let time): tracker.advance(to: time, into: &events)
    }
    return nil
  }

  /// All looks at open connections say the same, and so does the `verdict` on the last packet.
  private static func breaches(
    ofLooksAt tracker: inout ConnectionTracker, after verdict: PacketVerdict?
  ) -> [String] {
    var open: [Int: OpenConnection] = [:]
    tracker.forEachConnection { open[$0.number] = $0 }
    let flows = tracker.snapshot()
    var result = open.count == flows.count ? [] : ["\(open.count) open connections of \(flows.count)"]
    for flow in flows {
      result += open[flow.number].map { $0.differences(from: flow) } ?? ["no connection \(flow.number)"]
      if tracker.connection(number: flow.number) != open[flow.number] { result.append("another \(flow.number)") }
      if tracker.flow(number: flow.number) != flow { result.append("another flow \(flow.number)") }
      guard let verdict, verdict.flow == flow.number else { continue }
      if (verdict.clientState, verdict.serverState) != (flow.clientEnd.state, flow.serverEnd.state) {
        result.append("\(verdict), not as in \(flow)")
      }
    }
    return result
  }

  private func inBatches(_ configuration: TrackerConfiguration) -> Outcome {
    var tracker = ConnectionTracker(configuration)
    var batch = SegmentBatch(capacity: 80)
    var outcome = Outcome()
    for step in steps {
      batch.add(step)
      guard batch.isFull else { continue }
      tracker.process(&batch, into: &outcome.events)
      outcome.mostFlows = max(outcome.mostFlows, tracker.openFlows)
    }
    tracker.process(&batch, into: &outcome.events)
    while tracker.endFlows(into: &outcome.events) {}
    return outcome
  }
}

// MARK: - What must hold

extension TrackerTrial {
  package func breaches(_ ways: [Way] = Way.allCases) -> [String] {
    let single = singly(configuration, looks: true)
    let result = single.lookBreaches + breaches(single.events.flows) + breaches(ofMost: single)
    return result + ways.flatMap { breaches($0, beside: single) }
  }

  private func breaches(_ way: Way, beside single: Outcome) -> [String] {
    var other = configuration
    switch way {
    case .batches:
      let (unlooked, batched) = (singly(configuration), inBatches(configuration))
      return unlooked.events.difference(from: batched.events).map { "in batches: \($0)" } + breaches(ofMost: batched)
        + differences("without looks", single, unlooked)
    case .streams:
      other.reassemblesStreams = true
      let streamed = singly(other)
      return differences("with streams", single, streamed) + breaches(ofMost: streamed)
        + Self.breaches(ofStreams: streamed.events)
    case .savedSYNs:
      other.reportsTransitions = false
      let saved = singly(other, looks: true)
      return differences("with saved SYNs", single, saved) + verdictDifferences("with saved SYNs", single, saved)
        + saved.lookBreaches + machineDifferences(saved, other)
    case .digests:
      other.reportsTransitions = false
      return digestDifferences(singly(other), other)
    case .machine: return machineDifferences(single, configuration)
    }
  }

  private func breaches(ofMost outcome: Outcome) -> [String] {
    outcome.mostFlows > configuration.maximumFlows ? ["\(outcome.mostFlows) flows held"] : []
  }

  /// What is predicted is what the machine says, alone.
  private func machineDifferences(_ predicted: Outcome, _ configuration: TrackerConfiguration) -> [String] {
    var configuration = configuration
    configuration.predictsSegments = false
    let alone = singly(configuration, looks: true)
    return differences("by the machine alone", predicted, alone)
      + verdictDifferences("by the machine alone", predicted, alone) + alone.lookBreaches
  }

  private func verdictDifferences(_ name: String, _ one: Outcome, _ other: Outcome) -> [String] {
    if Self.haveEvictions(one, other) { return [] }
    for (step, (first, second)) in zip(one.verdicts, other.verdicts).enumerated() where first != second {
      return ["\(name): step \(step) is \(String(describing: second)), not \(String(describing: first))"]
    }
    return []
  }

  private static func haveEvictions(_ one: Outcome, _ other: Outcome) -> Bool {
    (one.events.flows + other.events.flows).contains { $0.end == .evicted }
  }

  /// What a flow takes differs between the two, so that a limit on memory may end others first.
  private func differences(_ name: String, _ one: Outcome, _ other: Outcome) -> [String] {
    if Self.haveEvictions(one, other) { return [] }
    let events = [one, other].map { outcome in
      outcome.events.filter {
        switch $0 {
        case .began, .ended: true
        case .passed, .transition, .stream: false
        }
      }
    }
    return events[0].difference(from: events[1]).map { "\(name): \($0)" }
  }

  /// What is told of uneventful flows in short must be what is told of them at length.
  private func digestDifferences(_ long: Outcome, _ configuration: TrackerConfiguration) -> [String] {
    var configuration = configuration
    configuration.digestsUneventful = true
    var events: [TrackerEvent] = []
    for event in singly(configuration).events + inBatches(configuration).events {
      if case .passed(let digests) = event {
        events += digests.map { .passed([$0]) }
      } else {
        events.append(event)
      }
    }
    let flows = long.events.flows + long.events.flows
    if events.count != flows.count { return ["\(events.count) digests and flows of \(flows.count)"] }
    for (flow, event) in zip(flows, events) where event != .ended(flow) {
      if event == .passed([FlowDigest(flow)]), flow.isUneventful { continue }
      return ["as digest \(event), not \(flow)"]
    }
    return []
  }

  private func breaches(_ flows: [Flow]) -> [String] {
    var senders: [UInt64: SocketAddress] = [:]
    var packets = 0
    for case .segment(let segment, _) in steps {
      senders[segment.frame] = segment.source
      // A receiver drops what has a wrong checksum.
      if segment.checksum != .invalid { packets += 1 }
    }
    var result = flows.flatMap { flow in flow.breaches { senders[$0] }.map { "flow \(flow.number): \($0)" } }
    let counted = flows.reduce(0) { $0 + $1.packets }
    if counted != packets { result.append("\(counted) of \(packets) packets counted") }
    if Set(flows.map(\.number)) != Set(flows.indices.map { $0 + 1 }) { result.append("numbers missing or double") }
    return result
  }

  /// Each direction of each flow ends once at most, and nothing of it follows.
  private static func breaches(ofStreams events: [TrackerEvent]) -> [String] {
    var ended: Set<Int> = []
    var result: [String] = []
    for case .stream(let event) in events {
      let direction = event.flow * 2 + Int(event.from.rawValue)
      if ended.contains(direction) { result.append("flow \(event.flow): stream of the \(event.from) after its end") }
      switch event.content {
      case .end: ended.insert(direction)
      case .bytes(let bytes): if bytes.isEmpty { result.append("flow \(event.flow): no bytes in a stream event") }
      case .gap(let length, _): if length <= 0 { result.append("flow \(event.flow): a gap of \(length)") }
      }
    }
    return result
  }
}

extension Flow {
  /// Whether nothing is counted of it that a digest does not tell of.
  fileprivate var isUneventful: Bool {
    previousFlow == nil && observations.allSatisfy { !ObservationKinds.eventful.contains(ObservationKinds($0.kind)) }
      && [clientEnd, serverEnd].allSatisfy {
        $0.duplicatePackets == 0 && $0.superSegments == 0 && $0.uncapturedBytes == 0
      } && observations.count { $0.kind == .reset } <= 1
  }

  /// Both ends of a connection to itself are one socket.
  fileprivate var packets: Int { clientEnd.observed + (client == server ? 0 : serverEnd.observed) }
}

extension EndpointSummary {
  fileprivate var observed: Int { packets + duplicatePackets }
}

extension [TrackerEvent] {
  fileprivate var flows: [Flow] { compactMap { if case .ended(let flow) = $0 { flow } else { nil } } }

  /// The first event that is not the same in both.
  fileprivate func difference(from other: [TrackerEvent]) -> [String] {
    if self == other { return [] }
    for (index, event) in enumerated() where index >= other.count || event != other[index] {
      if index < other.count { return ["event \(index): \(Self.account(of: event, other[index]))"] }
      return ["event \(index) is missing, not \(event)"]
    }
    return ["\(other.count - count) more events"]
  }
}

extension [TrackerEvent] {
  /// The lines in which two dumps differ.
  private static func account(of one: TrackerEvent, _ other: TrackerEvent) -> String {
    let lines = [one, other].map { event in
      var text = ""
      dump(event, to: &text)
      return text.split(separator: "\n").map(String.init)
    }
    let differing = lines[1].difference(from: lines[0]).map { change in
      switch change {
      case .insert(_, let line, _): "+\(line)"
      case .remove(_, let line, _): "-\(line)"
      }
    }
    return differing.joined(separator: "\n")
  }
}

extension SegmentBatch {
  package mutating func add(_ step: TrackerStep) {
    switch step {
    case .segment(let segment, let payload):
      next = segment
      add(payload: payload.span)
    case .icmpError(let error): add(.error(error))
    case .silence(let time): add(.time(time))
    }
  }
}
