import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// A flow that a timer ends, ends when that is due: what other flows do later changes nothing of it.
@Suite("The end by a timer")
struct DueTimeTests {
  enum Later: CaseIterable { case nothing, atTheMoment, anHour, packets, oneBatch }

  private static let open = "0.000 c S 0:0(0)\n0.010 s S. 0:0(0) ack 1\n0.020 c . 1:1(0) ack 1\n"
  private static let closed =
    open + """
      1.000 c F. 1:1(0) ack 1
      1.010 s . 1:1(0) ack 2
      2.000 s F. 1:1(0) ack 2
      2.010 c . 2:2(0) ack 2

      """

  @Test("TIME_WAIT ends the flow", arguments: StackProfile.all, Later.allCases)
  func timeWait(stack: StackProfile, later: Later) throws {
    let flow = try told(Self.closed, stack, later, due: 2_010 + stack.timeWait / 1_000_000)
    #expect(flow.endedAt == Self.time(2_010).advanced(byNanoseconds: stack.timeWait))
    let durations = flow.clientEnd.nanosecondsInState
    // Its ACK of the FIN, 10 ms after that, restarts the timer.
    #expect(durations[Int(TCPState.timeWait.rawValue)] == stack.timeWait + 10_000_000)
    #expect(durations[Int(TCPState.closed.rawValue)] == 0)
    #expect(flow.serverEnd.nanosecondsInState[Int(TCPState.closed.rawValue)] == stack.timeWait)
  }

  /// Anything in the name of the end in TIME_WAIT restarts it.
  @Test("a restarted TIME_WAIT ends the flow", arguments: Later.allCases)
  func restarted(later: Later) throws {
    let text = Self.closed + "3.000 s F. 1:1(0) ack 2\n3.010 c . 2:2(0) ack 2"
    let flow = try told(text, .linux, later, due: 63_010)
    #expect(flow.endedAt == Self.time(63_010))
    #expect(flow.clientEnd.nanosecondsInState[Int(TCPState.timeWait.rawValue)] == 61_010_000_000)
    #expect(flow.clientEnd.nanosecondsInState[Int(TCPState.closed.rawValue)] == 0)
  }

  /// Who is over lingers for what may come late.
  @Test("a RST ends the flow after as long as TIME_WAIT", arguments: Later.allCases)
  func reset(later: Later) throws {
    let flow = try told(Self.open + "1.000 s R. 1:1(0) ack 1", .linux, later, due: 61_000)
    #expect(flow.endedAt == Self.time(61_000))
    for end in [flow.clientEnd, flow.serverEnd] {
      #expect(end.nanosecondsInState[Int(TCPState.closed.rawValue)] == 60_000_000_000)
    }
  }

  /// The same of a flow of which only the packets are saved.
  @Test("a refusal ends the flow after as long as TIME_WAIT", arguments: Later.allCases)
  func refused(later: Later) throws {
    let zero = -Int(WireScript.serverISN)
    let text = "0.000 c S 0:0(0) id 1\n0.010 s R. \(zero):\(zero)(0) ack 1 win 0 id 0"
    let flow = try told(text, .linux, later, due: 60_010)
    #expect(flow.close == .refused)
    #expect(flow.endedAt == Self.time(60_010))
    #expect(flow.clientEnd.nanosecondsInState[Int(TCPState.closed.rawValue)] == 60_000_000_000)
  }

  /// FIN_WAIT_2 ends when it is due, but the flow goes on: the server is still there.
  @Test("FIN_WAIT_2 ends, and the flow does not", arguments: [Later.nothing, .anHour])
  func finWait2(later: Later) throws {
    let text = Self.open + "1.000 c F. 1:1(0) ack 1\n1.010 s . 1:1(0) ack 2\n"
    let flow = try #require(try WireScript(text + "500.000 -").flows().first)
    #expect(flow.end == .inputEnded)
    #expect(flow.endedAt == Self.time(500_000))
    #expect(flow.clientEnd.nanosecondsInState[Int(TCPState.finWait2.rawValue)] == 60_000_000_000)
    #expect(flow.lastEntry(of: .client, to: .closed)?.time == Self.time(61_010))
  }

  /// Others are replaced, evicted, or end with the input, at the time of that.
  @Test("what else ends a flow does so at its own time")
  func otherEnds() throws {
    let replaced = try #require(try WireScript(Self.closed + "9.000 c S 70000:70000(0)").flows().first)
    #expect(replaced.end == .replaced)
    #expect(replaced.endedAt == Self.time(9_000))
    let last = try #require(try WireScript(Self.closed + "9.000 -").flows().first)
    #expect(last.end == .inputEnded)
    #expect(last.endedAt == Self.time(9_000))
  }

  /// The flow that ended by its timer; its digest tells the same.
  ///
  /// - Parameter due: when, in milliseconds.
  private func told(_ text: String, _ stack: StackProfile, _ later: Later, due: Int64) throws -> Flow {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    let flows = try events(text, configuration, later, due).compactMap { event -> Flow? in
      if case .ended(let flow) = event { flow } else { nil }
    }
    configuration.digestsUneventful = true
    let digests = try events(text, configuration, later, due).flatMap { event -> [FlowDigest] in
      switch event {
      case .passed(let digests): digests
      case .ended(let flow): [FlowDigest(flow)]
      default: []
      }
    }
    let flow = try #require(flows.first { $0.number == 1 })
    #expect(flow.end == .closed)
    #expect(digests.first { $0.number == 1 } == FlowDigest(flow))
    return flow
  }

  private func events(
    _ text: String, _ configuration: TrackerConfiguration, _ later: Later, _ due: Int64
  ) throws -> [TrackerEvent] {
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    var batch = SegmentBatch()
    let others = Self.others(later, due)
    let nothing: [UInt8] = []
    for segment in try WireScript(text).lines.compactMap(\.segment) + others {
      guard later == .oneBatch else {
        tracker.process(segment, payload: nothing.span, into: &events)
        continue
      }
      batch.next = segment
      batch.add(payload: nothing.span)
    }
    tracker.process(&batch, into: &events)
    if later == .nothing { tracker.advance(to: Self.time(due + 1_000), into: &events) }
    tracker.finish(into: &events)
    return events
  }

  /// SYNs of another flow.
  private static func others(_ later: Later, _ due: Int64) -> [Segment] {
    let times: [Int64] =
      switch later {
      case .nothing: []
      case .atTheMoment: [due]
      case .anHour: [due + 3_600_000]
      case .packets, .oneBatch: [due - 500, due - 1, due + 7, due + 700]
      }
    return times.enumerated().map { index, time in
      var syn = FlowTableTests.segment(from: 99, at: 0)
      syn.time = Self.time(time)
      syn.frame = 100 + UInt64(index)
      return syn
    }
  }

  private static func time(_ milliseconds: Int64) -> Timestamp {
    Timestamp(seconds: 1_700_000_000, nanoseconds: 0).advanced(byNanoseconds: milliseconds * 1_000_000)
  }
}
