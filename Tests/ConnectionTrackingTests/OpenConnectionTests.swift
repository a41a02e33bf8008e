import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

/// A look at open connections says what a snapshot says, and changes nothing.
@Suite("Open connections")
struct OpenConnectionTests {
  @Test(arguments: OrdinaryWay.all + [OrdinaryWay.closes[2], OrdinaryWay.closes[9]], [false, true])
  func areThoseOfTheSnapshot(way: OrdinaryWay, savesSYNs: Bool) throws {
    var configuration = TrackerConfiguration()
    configuration.reportsTransitions = !savesSYNs
    var looked = ConnectionTracker(configuration)
    var other = ConnectionTracker(configuration)
    var events: ([TrackerEvent], [TrackerEvent]) = ([], [])
    var crowd = Crowd()
    for index in 0..<10 { crowd.add(try way.segments(), at: Double(index) * 0.005) }
    for segment in crowd.inOrder {
      looked.process(segment, payload: [UInt8]().span, into: &events.0)
      other.process(segment, payload: [UInt8]().span, into: &events.1)
      check(&looked)
    }
    let flows = (looked.snapshot(), other.snapshot())
    #expect(flows.0 == flows.1)
    looked.finish(into: &events.0)
    other.finish(into: &events.1)
    #expect(events.0 == events.1)
  }

  /// Of a SYN that is saved, too, and it stays so.
  @Test func aSavedSYNStaysSaved() throws {
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    let syn = try #require(WireScript("0.000 c S 0:0(0) <mss 1460>").lines[0].segment)
    tracker.process(syn, payload: [UInt8]().span, into: &events)
    let slot = tracker.records.slot(of: ConnectionKey(syn))
    check(&tracker)
    let footprint = tracker.stores.footprint
    #expect(footprint == 0)
    let still = tracker.records.slot(of: ConnectionKey(syn))
    #expect(still == slot)
    #expect(slot.map(ConnectionTable.isSaved) == true)
    let held = tracker.connection(number: 1)
    let open = try #require(held)
    #expect(open.close == .unanswered)
    #expect((open.clientEnd.state, open.serverEnd.state) == (.synSent, .synReceived))
    #expect((open.clientEnd.isPresumed, open.serverEnd.isPresumed) == (false, true))
    let others = (tracker.connection(number: 2), tracker.flow(number: 0))
    #expect(others.0 == nil && others.1 == nil)
  }

  private func check(_ tracker: inout ConnectionTracker) {
    var seen: [Int: OpenConnection] = [:]
    tracker.forEachConnection { seen[$0.number] = $0 }
    let flows = tracker.snapshot()
    #expect(seen.count == flows.count)
    for flow in flows {
      #expect(seen[flow.number].map { $0.differences(from: flow) } == [])
      let single = tracker.connection(number: flow.number)
      #expect(single == seen[flow.number])
      let other = tracker.flow(number: flow.number)
      #expect(other == flow)
    }
  }
}
