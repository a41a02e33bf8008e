import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

/// What is found out from a segment alone, without putting its key together, agrees with the key.
@Suite struct FlowLookupTests {
  /// Ends of few addresses and ports, so that parts of them are often equal, also those of IPv4 and of IPv6.
  private static func end(isIPv6: Bool, using random: inout SeededGenerator) -> SocketAddress {
    let number = UInt32.random(in: 0...2, using: &random)
    let address =
      isIPv6 ? IPAddress(v6High: .random(in: 0...1, using: &random), low: UInt64(number)) : IPAddress(v4: number)
    return SocketAddress(address: address, port: [0, 1, 80, 65535].randomElement(using: &random) ?? 0)
  }

  private static func segment(using random: inout SeededGenerator, areAlike: Bool = true) -> Segment {
    let isIPv6 = Bool.random(using: &random)
    var segment = Segment(
      time: Timestamp(nanoseconds: 0), frame: 1, source: end(isIPv6: isIPv6, using: &random),
      destination: end(isIPv6: isIPv6 == areAlike, using: &random), sequence: SequenceNumber(1), flags: .syn)
    segment.encapsulation = EncapsulationID(.random(in: 0...1, using: &random))
    return segment
  }

  @Test func hashAndSideAreThoseOfTheKey() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<2000 {
      let segment = Self.segment(using: &random)
      let key = ConnectionKey(segment)
      let lookup = FlowLookup(segment, .shared)
      #expect(lookup.hash == FlowHash.shared(key))
      #expect(lookup.side == (segment.source == key.low ? .low : .high))
      #expect(ConnectionKey(segment, from: lookup.side) == key)
      var answer = segment
      swap(&answer.source, &answer.destination)
      #expect(FlowLookup(answer, .shared).hash == lookup.hash)
      #expect(ConnectionKey(answer) == key)
    }
  }

  /// No packet has one end of IPv4 and one of IPv6, but a caller may say so.
  @Test func endsOfTwoProtocolsHaveAKeyAsWell() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let segment = Self.segment(using: &random, areAlike: false)
      let lookup = FlowLookup(segment, .shared)
      #expect(lookup.hash == FlowHash.shared(ConnectionKey(segment)))
      #expect(ConnectionKey(segment, from: lookup.side) == ConnectionKey(segment))
      var answer = segment
      swap(&answer.source, &answer.destination)
      #expect(FlowLookup(answer, .shared).hash == lookup.hash)
      #expect(ConnectionKey(answer, from: FlowLookup(answer, .shared).side) == ConnectionKey(segment))
    }
  }

  @Test func flowsBetweenTwoProtocolsComeAndGo() {
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = 20
    var tracker = ConnectionTracker(configuration)
    var random = SeededGenerator(seed: 8)
    var events: [TrackerEvent] = []
    for step in 0..<20_000 as Range<Int64> {
      var segment = Self.segment(using: &random, areAlike: step % 2 == 0)
      segment.time = Timestamp(nanoseconds: step * 1_000_000)
      segment.flags = [.syn, .ack, .rst].randomElement(using: &random) ?? .syn
      tracker.process(segment, payload: [UInt8]().span, into: &events)
      #expect(tracker.openFlows <= 20)
    }
    tracker.finish(into: &events)
    let begun = events.count { if case .began = $0 { true } else { false } }
    let ended = events.count { if case .ended = $0 { true } else { false } }
    #expect(begun > 1000 && begun == ended)
  }

  /// In a record of each kind.
  @Test func aFlowIsFoundByItsSegmentsOnly() {
    var random = SeededGenerator(seed: 6)
    for number in 1...300 {
      var table = ConnectionTable()
      let first = Self.segment(using: &random)
      let key = ConnectionKey(first)
      let slot = Self.insert(first, number, into: &table)
      for _ in 0..<50 {
        var other = Self.segment(using: &random)
        var lookup = FlowLookup(other, .shared)
        #expect((table.slot(of: &other, lookup) == slot) == (ConnectionKey(other) == key))
        lookup.guess = slot
        #expect(table.holds(other, lookup) == (ConnectionKey(other) == key))
      }
    }
  }

  private static func insert(_ syn: Segment, _ number: Int, into table: inout ConnectionTable) -> ConnectionTable.Slot {
    var syn = syn
    let lookup = FlowLookup(syn, .shared)
    if number % 4 == 0 { return table.begin(number, with: &syn, from: lookup.side, lookup.hash) }
    table.save(&syn, of: number, from: lookup.side, lookup.hash)
    let slot = table.guess(lookup.hash)
    if number % 4 == 1 { return table.replay(slot, &syn) }
    if number % 4 == 2 { table.refuse(slot, by: syn) }
    return slot
  }
}
