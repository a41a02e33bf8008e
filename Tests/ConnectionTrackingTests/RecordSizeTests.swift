import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

/// A million connections are read all over: what each takes is a decision, and changes by one only.
@Suite("Sizes of records")
struct RecordSizeTests {
  @Test func areWhatTheyShouldBe() {
    #expect(MemoryLayout<Connection>.stride == 288)
    #expect(MemoryLayout<TCPEndpoint>.stride == 96)
    #expect(MemoryLayout<LogEntry>.stride == 16)
    #expect(MemoryLayout<SYNRecord>.stride == 64)
    #expect(MemoryLayout<PendingArrivals>.stride == 2)
    #expect(MemoryLayout<Pause>.stride == 32)
    #expect(MemoryLayout<PackedTransition>.size == 28)
  }

  /// What one segment counts may be as much as 32 bits hold, and all of it must be told.
  @Test(arguments: [true, false])
  func countersGoBeyond32Bits(predictsSegments: Bool) throws {
    var configuration = TrackerConfiguration()
    configuration.predictsSegments = predictsSegments
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    let opening = try WireScript("0.000 c S 0:0(0)\n0.010 s S. 0:0(0) ack 1\n0.020 c . 1:1(0) ack 1").lines
    var bytes = 0
    for var segment in opening.compactMap(\.segment) {
      segment.wireLength = 60
      if segment.source == WireScript.client { bytes += 60 }
      tracker.process(segment, payload: [UInt8]().span, into: &events)
    }
    var segment = try #require(opening[2].segment)
    var payload = 0
    for (step, length) in [1 << 31, 1 << 31, 7, 1 << 31, 1 << 33 + 5, 1 << 32 - 1, 3].enumerated() {
      segment.time = segment.time.advanced(byNanoseconds: 10_000_000)
      segment.frame += 1
      segment.wireLength = length
      segment.wirePayloadLength = step % 2 == 0 ? 1 << 16 : 100
      tracker.process(segment, payload: [UInt8]().span, into: &events)
      segment.sequence = segment.sequenceEnd
      bytes += length
      payload += segment.wirePayloadLength
      let client = tracker.snapshot()[0].clientEnd
      #expect((client.packets, client.bytes, client.payloadBytes) == (step + 3, bytes, payload))
      #expect(client.distinctPayloadBytes == payload)
      let held = tracker.connection(number: 1)
      let open = try #require(held)
      #expect((open.clientEnd.packets, open.clientEnd.payloadBytes) == (step + 3, payload))
    }
  }
}

/// Codes and fields that hold several things in few bits.
@Suite("Packed fields")
struct PackedFieldTests {
  /// What has no code or no room is said to be kept elsewhere, and never taken for something else.
  @Test func arrivalsComeBack() {
    var coded = 0
    for first in UInt8.min...UInt8.max {
      var pending = PendingArrivals()
      var isHere: [Bool] = []
      let events = (0..<UInt8(PendingArrivals.capacity)).map { ArrivalEvents(rawValue: first &+ $0 &* 37) }
      for (index, event) in events.enumerated() {
        #expect(pending.count == index && !pending.isFull && pending.isEmpty == (index == 0))
        isHere.append(pending.append(event))
      }
      #expect(pending.isFull)
      for (index, event) in events.enumerated() {
        #expect(pending.events(at: index) == (isHere[index] ? event : nil))
      }
      #expect(isHere.dropFirst(3).allSatisfy { !$0 })
      if isHere[0] { coded += 1 }
      pending.removeAll()
      #expect(pending == PendingArrivals())
    }
    #expect(coded == 14)
    #expect(PendingArrivals.synACK.events(at: 0) == [.syn, .synAcknowledged])
    #expect(PendingArrivals.acknowledgmentThenFIN.events(at: 1) == .fin)
  }

  @Test func identificationsAreTheLastFour() {
    var random = SeededGenerator(seed: 3)
    var packed = Identifications()
    var model = [UInt16](repeating: 0, count: 4)
    for _ in 0..<2000 {
      let next = UInt16.random(in: 0...5, using: &random)
      packed = packed.followed(by: next)
      model = Array((model + [next]).suffix(4))
      #expect(packed.last == next)
      #expect(packed.areOfNoUse == (next == 0 || next == model[2]))
      for number in 0...6 as ClosedRange<UInt16> { #expect(packed.contains(number) == model.contains(number)) }
    }
  }

  private static let times: [Int64] = [
    .min, .min + 1, -1 << 47 - 1, -1 << 47, -1, 0, 1, 1 << 47 - 1, 1 << 47, 1_700_000_000_000_000_000, .max - 1, .max,
  ]
  private static let frames: [UInt64] = [0, 1, 1 << 16 - 1, 1 << 16, 1 << 32 - 1, 1 << 32, 1 << 40, .max]

  /// A moment is kept as it is, or not at all.
  @Test func momentsComeBack() {
    var kept = 0
    for start in Self.times {
      for time in Self.times {
        for (startFrame, frame) in Self.frames.flatMap({ one in Self.frames.map { (one, $0) } }) {
          let first = PacketStamp(time: Timestamp(nanoseconds: start), frame: startFrame)
          let moment = PacketStamp(time: Timestamp(nanoseconds: time), frame: frame)
          var segment = FlowTableTests.segment(from: 1, at: 0)
          (segment.time, segment.frame) = (moment.time, frame)
          let entry = LogEntry(moment, since: first)
          #expect(LogEntry.hasRoom(for: segment, since: first) == (entry != nil))
          let distance = time &- start
          let isNear = distance >= -(1 << 47) && distance < 1 << 47 && frame &- startFrame < 1 << 32
          #expect((entry != nil) == isNear)
          guard let entry else { continue }
          kept += 1
          #expect(start &+ entry.time == time && startFrame &+ entry.frame == frame)
          #expect(entry.count == 0 && !entry.isKeptElsewhere)
        }
      }
    }
    #expect(kept > 100)
  }

  /// Both moves of an entry, of every kind, wherever its moment is, settled and not.
  @Test func movesComeBack() throws {
    let first = PacketStamp(time: Timestamp(nanoseconds: 0), frame: 0)
    let far = PacketStamp(time: Timestamp(nanoseconds: -1 << 47), frame: 1 << 32 - 1)
    let empty = [try #require(LogEntry(far, since: first)), LogEntry(keptAt: 500)]
    var states: [TCPState?] = TCPState.allCases
    states.append(nil)
    for state in states {
      for cause in TransitionCause.allCases {
        for evidence in Evidence.allCases {
          for var entry in empty {
            let (time, frame, isElsewhere) = (entry.time, entry.frame, entry.isKeptElsewhere)
            entry.append(LogMove(side: .high, to: state, cause, evidence))
            #expect(entry.count == 1)
            entry.append(LogMove(side: .low, to: .listen, .replaced, .observed))
            #expect(entry.count == 2 && (entry[0].side, entry[1].side) == (.high, .low))
            #expect(entry[0].to == state && entry[0].cause == cause && entry[0].evidence == evidence)
            #expect(entry[0].settlement == .open && entry[1].to == .listen && entry[1].cause == .replaced)
            entry[0].settle(as: .refuted, by: 1023)
            entry[0].settle(as: .confirmed, by: 5)
            #expect(entry[0].settlement == .refuted && entry[0].settledBy == 1023 && entry[0].to == state)
            #expect(entry[0].evidence == .presumed && entry[1].settlement == .open)
            #expect((entry.time, entry.frame, entry.isKeptElsewhere) == (time, frame, isElsewhere))
            entry.removeLast()
            #expect(entry.count == 1 && entry[0].cause == cause)
            entry.removeLast()
            #expect(entry.count == 0 && (entry.time, entry.isKeptElsewhere) == (time, isElsewhere))
          }
        }
      }
    }
  }

  /// A log that is full keeps its oldest moves, and tells how many it left out.
  @Test(arguments: [1, 1 << 46, 1 << 60] as [Int64])
  func aLogKeepsItsOldestMoves(step: Int64) throws {
    var stores = ConnectionStores()
    let start = FlowTableTests.segment(from: 1, at: 0, flags: .ack)
    let key = CompactKey(ofIPv4: start, from: .low)
    var connection = Connection(number: 1, key: key, isKeptKey: false, side: .low, segment: start)
    var model: [(side: Side, time: Int64, cause: TransitionCause)] = []
    var random = SeededGenerator(seed: UInt64(step))
    for index in 0..<700 as Range<Int64> {
      var segment = FlowTableTests.segment(from: 1, at: index, flags: .ack)
      segment.time = Timestamp(nanoseconds: index / 3 &* step)
      let side = Side(isHigh: Bool.random(using: &random))
      let cause = TransitionCause.allCases.randomElement(using: &random) ?? .sendsSYN
      connection.note(side, to: .established, cause, .observed, segment, in: &stores)
      if model.count == Connection.mostMoves { model.removeLast() }
      model.append((side, segment.time.nanoseconds, cause))
    }
    var reader = LogReader(of: &connection)
    var told: [PackedTransition] = []
    while let slot = reader.next(in: &connection, &stores) { told.append(slot) }
    #expect(told.count == Connection.mostMoves)
    for (slot, expected) in zip(told, model) {
      #expect((slot.endpoint == .client) == (expected.side == connection.clientSide))
      #expect(slot.time == expected.time && slot.cause == expected.cause)
    }
    let omitted = stores.extras[connection.extras].transitionsOmitted
    #expect(omitted == 700 - 512)
    connection.release(ConnectionKey(start), in: &stores)
    #expect(stores.footprint == 0)
  }

  /// Each move is settled by a packet of its own, until the log has no room: what is told to have settled one did.
  @Test func aFullLogSettlesNothingByAnother() throws {
    var stores = ConnectionStores()
    let start = FlowTableTests.segment(from: 1, at: 0, flags: .ack)
    let key = CompactKey(ofIPv4: start, from: .low)
    var connection = Connection(number: 1, key: key, isKeptKey: false, side: .low, segment: start)
    var settled: [Int64: Int64] = [:]
    for index in 0..<400 as Range<Int64> {
      var segment = FlowTableTests.segment(from: 1, at: 0, flags: .ack)
      for (step, side) in [Side.low, .high].enumerated() {
        segment.time = Timestamp(nanoseconds: 10 * index + Int64(step))
        connection.note(side, to: .established, .finAcknowledged, .presumed, segment, in: &stores)
        settled[segment.time.nanoseconds] = 10 * index + Int64(5 - step)
      }
      for side in [Side.high, .low] {
        let move = connection.newestPresumed(side, .finAcknowledged, in: &stores)
        segment.time = Timestamp(nanoseconds: 10 * index + (side == .high ? 4 : 5))
        connection.settle(move, as: index % 3 == 0 ? .refuted : .confirmed, by: segment, in: &stores)
      }
    }
    var reader = LogReader(of: &connection)
    var told: [PackedTransition] = []
    while let slot = reader.next(in: &connection, &stores) { told.append(slot) }
    let settlements = told.filter { $0.settlement != .open }
    #expect(settlements.count > 500)
    for slot in settlements { #expect(slot.settledTime == settled[slot.time]) }
    connection.release(ConnectionKey(start), in: &stores)
    #expect(stores.footprint == 0)
  }
}
