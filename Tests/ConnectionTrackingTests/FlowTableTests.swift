import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

@Suite("The table of flows")
struct FlowTableTests {
  @Test
  func recordsAreUsedAgain() {
    var table = ConnectionTable()
    for round in 0..<4 {
      var slots: [ConnectionTable.Slot] = []
      for number in 0..<1000 {
        var segment = Self.segment(from: UInt32(round * 1000 + number), at: Int64(number))
        let lookup = FlowLookup(segment, .shared)
        slots.append(table.begin(round * 5000 + number + 1, with: &segment, from: lookup.side, lookup.hash))
      }
      #expect(table.count == 1000)
      #expect(slots.max()! < 1000)
      let numbers = Array(round * 5000 + 1...round * 5000 + 1000)
      // As many have gone since, few and most.
      for last in [round * 5000 + 1000, round * 5000 + 3000, 1_000_000] {
        #expect(table.slotsByNumber(upTo: last).map { table[$0].number } == numbers)
      }
      for slot in slots { table.remove(slot) }
    }
    #expect(table.slot(of: ConnectionKey(Self.segment(from: 1, at: 0))) == nil)
  }

  /// Saved SYNs come and go in any order, and stay in a row.
  @Test
  func savedSYNsAreInARow() {
    var generator = SeededGenerator(seed: 5)
    var table = SYNTable()
    var model: [(number: Int, place: UInt32)] = []
    for number in 1...2_000 {
      if generator.next() % 5 < 3 {
        var syn = Self.segment(from: UInt32(number), at: Int64(number))
        model.append((number, Self.save(&syn, of: number, in: &table)))
      } else if let index = model.indices.randomElement(using: &generator) {
        table.remove(model.remove(at: index).place)
      }
      #expect(table.earliest == model.first?.place ?? Slab<SYNRecord>.none)
    }
    var place = table.earliest
    for saved in model {
      #expect(table[place].number == saved.number)
      place = table[place].later
    }
    #expect(place == Slab<SYNRecord>.none)
    #expect(table.footprint == model.count * 64)
  }

  /// Of either protocol, sent from either end: long keys are kept elsewhere, and given up with their SYN.
  @Test
  func savedSYNsKnowTheirKeys() {
    var generator = SeededGenerator(seed: 9)
    var table = SYNTable()
    var keys = KeyStore()
    var model: [(syn: Segment, number: Int, place: UInt32)] = []
    for number in stride(from: 1, to: 1 << 40, by: 1 << 31) {
      var syn = Self.segment(from: UInt32.random(in: 0...3, using: &generator), at: 0)
      if generator.next() % 2 == 0 { swap(&syn.source, &syn.destination) }
      if generator.next() % 2 == 0 {
        syn.source.address = IPAddress(v6High: generator.next(), low: 1)
        syn.destination.address = IPAddress(v6High: generator.next(), low: 1)
      }
      syn.encapsulation = EncapsulationID(UInt16.random(in: 0...1, using: &generator))
      syn.frame = UInt64(number) + 7
      let side = FlowLookup(syn, .shared).side
      let isKept = !syn.isIPv4
      let key = isKept ? keys.keep(ConnectionKey(syn, from: side)) : CompactKey(ofIPv4: syn, from: side)
      model.append((syn, number, table.insert(number: number, key, isKept: isKept, &syn, from: side)))
      if generator.next() % 3 == 0 { Self.remove(model.remove(at: model.count / 2).place, from: &table, &keys) }
    }
    for (syn, number, place) in model {
      let (key, isKept) = (table[place].compactKey, table[place].isKeptKey)
      #expect(keys.key(key, isKept: isKept) == ConnectionKey(syn))
      #expect(keys.hash(key, isKept: isKept, .shared) == FlowLookup(syn, .shared).hash)
      #expect((table[place].number, table[place].first.frame) == (number, syn.frame))
    }
    for (_, _, place) in model { Self.remove(place, from: &table, &keys) }
    #expect((table.footprint, keys.footprint) == (0, 0))
  }

  /// More saved SYNs than one block has room for, all gone and then come again.
  @Test
  func placesOfSavedSYNsAreUsedAgain() {
    var table = SYNTable()
    var syn = Self.segment(from: 1, at: 0)
    let key = CompactKey(ofIPv4: syn, from: FlowLookup(syn, .shared).side)
    let count = 3 * Int(SYNTable.blockSize) + 1000
    var places: [UInt32] = []
    for number in 1...count { places.append(Self.save(&syn, of: number, in: &table)) }
    for place in places { table.remove(place) }
    #expect(table.footprint == 0)
    #expect(places.allSatisfy { table[$0].number == 0 })
    let again = (1...count).map { Self.save(&syn, of: $0, in: &table) }
    #expect(Set(again) == Set(places))
    #expect(zip(again, 1...).allSatisfy { table[$0].number == $1 && table[$0].compactKey.key == key.key })
  }

  /// Batches of every length, closes and new connections of the same four-tuples among them.
  @Test(arguments: [1, 5, 31, 32])
  func batchesChangeNothing(length: Int) {
    var generator = SeededGenerator(seed: 11)
    let flags: [TCPFlags] = [.syn, [.syn, .ack], .ack, [.ack, .psh], [.ack, .fin], .rst]
    var one = ConnectionTracker()
    var other = ConnectionTracker()
    var batch = SegmentBatch()
    let nothing: [UInt8] = []
    var expected: [TrackerEvent] = []
    var actual: [TrackerEvent] = []
    for step in 0..<2_000 {
      var segment = Self.segment(
        from: UInt32(truncatingIfNeeded: generator.next() % 40), at: Int64(step) * 50_000_000,
        flags: flags[Int(generator.next() % 6)])
      if generator.next() % 2 == 0 { swap(&segment.source, &segment.destination) }
      segment.sequence = SequenceNumber(UInt32(truncatingIfNeeded: generator.next() % 4))
      one.process(segment, payload: nothing.span, into: &expected)
      batch.next = segment
      batch.add(decodedFrom: nothing.span)
      if batch.isFull || step % length == 0 { other.process(&batch, into: &actual) }
    }
    other.process(&batch, into: &actual)
    one.finish(into: &expected)
    other.finish(into: &actual)
    #expect(expected.count > 100)
    #expect(expected.map { "\($0)" } == actual.map { "\($0)" })
  }

  /// Saves a SYN of IPv4.
  private static func save(_ syn: inout Segment, of number: Int, in table: inout SYNTable) -> UInt32 {
    let side = FlowLookup(syn, .shared).side
    return table.insert(number: number, CompactKey(ofIPv4: syn, from: side), isKept: false, &syn, from: side)
  }

  private static func remove(_ place: UInt32, from table: inout SYNTable, _ keys: inout KeyStore) {
    keys.remove(table[place].compactKey, isKept: table[place].isKeptKey)
    table.remove(place)
  }

  static func segment(from host: UInt32, at time: Int64, flags: TCPFlags = .syn) -> Segment {
    var segment = Segment(
      time: Timestamp(nanoseconds: time), frame: UInt64(time) + 1,
      source: SocketAddress(address: IPAddress(v4: host), port: 40_000),
      destination: SocketAddress(address: IPAddress(v4: .max), port: 80), sequence: SequenceNumber(1), flags: flags)
    if flags.contains(.ack) { segment.acknowledgment = SequenceNumber(2) }
    return segment
  }
}
