import ConnectionTracking
import Foundation
import PacketDecoding
import TestSupport
import Testing

/// What else passes the tap changes nothing of a flow: not one field, but for its number and its frames.
///
/// Three things may depend on all of the input: the order of its packets, when it ends, and how many connections a
/// listener has half-open.
@Suite("Other traffic")
struct ForeignTrafficTests {
  private static let runs = ProcessInfo.processInfo.environment["FUZZ_RUNS"].flatMap { Int($0) } ?? 160
  /// Every capture of the project, also those that are graded.
  private static let captures: [String] = {
    let files = FileManager.default.enumerator(atPath: SampleCaptures.folder)?.allObjects ?? []
    return files.compactMap { $0 as? String }.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
  }()

  @Test(arguments: UInt64(0)..<8)
  func simulations(seed: UInt64) throws {
    for number in 0..<6 {
      let simulation = Simulation(seed: seed * 100 + UInt64(number), loss: number * 4)
      let steps = simulation.passages.prefix(200).map { TrackerStep.segment($0.segment, payload: $0.payload) }
      try Self.compare(steps, seed: seed * 100 + UInt64(number), burst: 16, "simulation")
    }
  }

  /// Leaps and steps back in time, whatever flags, one socket at both ends.
  @Test(arguments: UInt64(0)..<8)
  func mutatedConversations(seed: UInt64) throws {
    let seeds = (0..<20).map {
      FuzzConversation.input(Simulation(seed: $0, loss: Int($0)).passages.map(\.segment))
    }
    var mutator = SeededMutator(seed: seed, from: seeds)
    for number in 0..<Self.runs / 8 {
      let bytes = mutator.next(limit: 500)
      var input = FuzzInput(bytes)
      var conversation = FuzzConversation()
      var steps: [TrackerStep] = []
      while !input.isAtEnd { steps.append(conversation.next(from: &input)) }
      try Self.compare(steps, seed: seed &* 1000 &+ UInt64(number), "\(bytes)")
      try Self.compareTwice(steps, seed: seed &* 1000 &+ UInt64(number), "\(bytes)")
    }
  }

  @Test(arguments: OrdinaryWay.all)
  func conversations(way: OrdinaryWay) throws {
    for (number, departure) in Departure.all.enumerated() {
      let script = try way.script(leavingAfter: 1 + number % way.lines.count, by: departure, goesOn: true)
      try Self.compare(script.steps, seed: UInt64(number), "\(way.testDescription), \(departure.testDescription)")
    }
  }

  /// Every capture with traffic merged into it, by a seed of its own.
  @Test(arguments: 0..<8)
  func captures(part: Int) throws {
    #expect(Self.captures.count > 300)
    for (number, path) in Self.captures.enumerated() where number % 8 == part {
      let steps = CapturedSteps.read("\(SampleCaptures.folder)/\(path)", limit: 300)
      try Self.compare(steps, seed: UInt64(number), "\(path)")
    }
  }

  /// Every capture beside itself between other addresses: both are told of in the same words.
  @Test(arguments: 0..<4)
  func capturesTwice(part: Int) throws {
    for (number, path) in Self.captures.enumerated() where number % 4 == part {
      let steps = CapturedSteps.read("\(SampleCaptures.folder)/\(path)", limit: 300)
      try Self.compareTwice(steps, seed: UInt64(number), "\(path)")
    }
  }

  /// What only time ends, ends when it is due, and not with the next packet of somebody else.
  @Test(arguments: StackProfile.all)
  func timersEndWhenDue(stack: StackProfile) throws {
    let script = try OrdinaryWay.all[0].script(
      leavingAfter: OrdinaryWay.all[0].lines.count, by: Departure(testDescription: "nothing"), goesOn: false)
    var foreign = ForeignTraffic(seed: 1)
    let merged = MergedTraffic(
      Self.withSilence(script.steps, for: stack), &foreign, burst: 8, timers: Self.timers(of: stack))
    let events = FeedingWay.singly.events(of: merged.steps, stack)
    let flow = try #require(
      events.compactMap { if case .ended(let flow) = $0, flow.server == WireScript.server { flow } else { nil } }.first)
    #expect(flow.end == .closed)
    #expect(flow.endedAt == flow.lastSeen.time.advanced(byNanoseconds: stack.timeWait))
    // Foreign packets pass then, and right before.
    let near = merged.steps.filter { abs($0.time.nanoseconds(since: flow.endedAt)) <= 1 }
    #expect(near.count >= 3)
  }
}

// MARK: - Comparing

extension ForeignTrafficTests {
  /// Checks that flows are told of in the same words with other traffic merged in as without.
  ///
  /// - Parameter burst: foreign packets before and after each of the input's, at most.
  private static func compare(
    _ steps: [TrackerStep], seed: UInt64, burst: Int = 2, _ comment: Comment
  ) throws {
    if steps.isEmpty { return }
    let stack = StackProfile.all[Int(seed) % StackProfile.all.count]
    let original = withSilence(steps, for: stack)
    var foreign = ForeignTraffic(seed: seed)
    // Long inputs have enough of it with less about each packet.
    let bounded = max(1, min(burst, 400 / original.count))
    let merged = MergedTraffic(original, &foreign, burst: bounded, timers: timers(of: stack))
    let ours = Set(original.flatMap(\.addresses))
    let way = FeedingWay.allCases[Int(seed / 5) % FeedingWay.allCases.count]
    let alone = FlowAccount(of: way.events(of: original, stack))
    let among = FlowAccount(
      of: way.events(of: merged.steps, stack), isOurs: { ours.contains($0.address) },
      frame: { merged.frames[$0] ?? .max })
    expectSame(among, alone, "\(comment), \(way), \(stack.name), seed \(seed)")
  }

  private static func compareTwice(_ steps: [TrackerStep], seed: UInt64, _ comment: Comment) throws {
    let stack = StackProfile.all[Int(seed) % StackProfile.all.count]
    let original = withSilence(steps, for: stack)
    let ours = Set(original.flatMap(\.addresses))
    let mask = try #require(AddressMask(awayFrom: ours), comment)
    var random = SeededGenerator(seed: seed)
    let merged = MergedTraffic(original, besides: mask, using: &random)
    let way = FeedingWay.allCases[Int(seed / 5) % FeedingWay.allCases.count]
    let alone = FlowAccount(of: way.events(of: original, stack))
    let events = way.events(of: merged.steps, stack)
    let frame = { merged.frames[$0] ?? .max }
    let name: Comment = "\(comment), \(way), \(stack.name), seed \(seed)"
    let first = FlowAccount(of: events, isOurs: { ours.contains($0.address) }, frame: frame)
    expectSame(first, alone, "the original of \(name)")
    let second = FlowAccount(
      of: events, isOurs: { !ours.contains($0.address) }, frame: frame, address: { mask($0) })
    expectSame(second, alone, "the copy of \(name)")
  }

  private static func expectSame(_ account: FlowAccount, _ expected: FlowAccount, _ comment: Comment) {
    #expect(account.events.count == expected.events.count, comment)
    for (event, other) in zip(account.events, expected.events) where event != other {
      Issue.record("\(comment): \(difference(event, other))")
      return
    }
  }

  /// Two events in words; of flows, only what differs.
  private static func difference(_ event: TrackerEvent, _ other: TrackerEvent) -> String {
    guard case .ended(let flow) = event, case .ended(let expected) = other else { return "\(event) is not \(other)" }
    let fields: [(String, (Flow) -> Any)] = [
      ("number", { $0.number }), ("previousFlow", { $0.previousFlow ?? 0 }), ("client", { $0.client }),
      ("server", { $0.server }), ("encapsulation", { $0.encapsulation }), ("orientation", { $0.orientation }),
      ("firstSeen", { $0.firstSeen }), ("lastSeen", { $0.lastSeen }),
      ("closedBy", { $0.closedBy.map { "\($0)" } ?? "-" }),
      ("close", { $0.close }), ("idleBeforeClose", { $0.idleBeforeClose ?? -1 }), ("end", { $0.end }),
      ("endedAt", { $0.endedAt }), ("timelineOmitted", { $0.timelineOmitted }),
      ("observationsOmitted", { $0.observationsOmitted }), ("clientEnd", { $0.clientEnd }),
      ("serverEnd", { $0.serverEnd }),
      ("observations", { $0.observations }),
      ("timeline", { $0.timeline.map { "\($0.cause) of \($0.endpoint) at \($0.time.nanoseconds) \($0)" } }),
    ]
    return fields.compactMap { name, value in
      let (text, expectedText) = ("\(value(flow))", "\(value(expected))")
      return text == expectedText ? nil : "\(name) is \(text), not \(expectedText)"
    }.joined(separator: "; ")
  }

  /// The input ends when every timer has: it is no packet of anybody that it ends with.
  private static func withSilence(_ steps: [TrackerStep], for stack: StackProfile) -> [TrackerStep] {
    let last = steps.map(\.time).max() ?? Timestamp(nanoseconds: 0)
    return steps + [.silence(until: last.advanced(byNanoseconds: stack.timeWait + 70_000_000_000))]
  }

  private static func timers(of stack: StackProfile) -> Set<Int64> {
    // Half-open connections count for 64 s.
    Set([stack.timeWait, stack.orphanedFinWait2 ?? stack.timeWait, 64_000_000_000])
  }
}

/// The ways to feed a tracker.
private enum FeedingWay: CaseIterable {
  case singly, transitions, streams, batches, digests

  /// All that a tracker says of an input.
  func events(of steps: [TrackerStep], _ stack: StackProfile) -> [TrackerEvent] {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    configuration.reportsTransitions = self == .transitions
    configuration.reassemblesStreams = self == .streams
    configuration.digestsUneventful = self == .digests
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    if self == .batches || self == .digests {
      feed(steps, to: &tracker, into: &events)
    } else {
      for step in steps { Self.feed(step, to: &tracker, into: &events) }
    }
    tracker.finish(into: &events)
    return events
  }

  private static func feed(
    _ step: TrackerStep, to tracker: inout ConnectionTracker, into events: inout [TrackerEvent]
  ) {
    switch step {
    case .segment(let segment, let payload): tracker.process(segment, payload: payload.span, into: &events)
    case .icmpError(let error): tracker.process(error, into: &events)
    case .silence(let time): tracker.advance(to: time, into: &events)
    }
  }

  private func feed(
    _ steps: [TrackerStep], to tracker: inout ConnectionTracker, into events: inout [TrackerEvent]
  ) {
    var batch = SegmentBatch()
    for step in steps {
      batch.add(step)
      if batch.isFull { tracker.process(&batch, into: &events) }
    }
    tracker.process(&batch, into: &events)
  }
}

extension WireScript {
  /// Its lines as a tracker is fed them.
  fileprivate var steps: [TrackerStep] {
    lines.map { line in
      line.segment.map { .segment($0, payload: line.payload) } ?? .silence(until: line.time)
    }
  }
}
