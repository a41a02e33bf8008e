import PacketDecoding
import TestSupport
import Testing

/// Fragments (RFC 791 §3.2, RFC 8200 §4.5) as a Linux receiver puts them together.
@Suite struct FragmentTests {
  static let payload = (0..<100).map { UInt8($0) }
  static let datagram = PacketBuilder.tcp(flags: [.ack, .psh], payload: payload)
  /// The ends of the fragments: TCP's header is split, and the last fragment is no whole number of units.
  static let ranges = [0..<16, 16..<48, 48..<96, 96..<120]

  static func fragment(_ range: Range<Int>, isIPv6: Bool, identification: UInt16 = 7) -> PacketBuilder {
    let hasMore = range.upperBound < datagram.bytes.count
    let part = PacketBuilder(Array(datagram.bytes[range]), protocolNumber: 6)
    guard isIPv6 else {
      return part.inIPv4(identification: identification, fragment: (range.lowerBound, hasMore)).inEthernet()
    }
    return part.inFragmentHeader(offset: range.lowerBound, hasMore: hasMore, identification: UInt32(identification))
      .inIPv6().inEthernet()
  }

  static let orders = permutations(of: ranges)

  @Test(arguments: orders, [false, true])
  func anyOrderGivesTheDatagram(order: [Range<Int>], isIPv6: Bool) throws {
    var decoder = PacketDecoder()
    for range in order.dropLast() {
      #expect(decoder.decode(Self.fragment(range, isIPv6: isIPv6).bytes) == .other(.fragment))
    }
    let last = try #require(order.last)
    let packet = Self.fragment(last, isIPv6: isIPv6)
    let segment = try decoder.requireSegment(packet)
    #expect(segment.isReassembled)
    #expect(segment.source.port == 40_000)
    #expect(segment.wirePayloadLength == 100)
    #expect(segment.wireLength == 20 + 20 + 100 + (isIPv6 ? 28 : 0))
    #expect(decoder.payload(of: segment, in: packet.bytes) == Self.payload)
    #expect(decoder.statistics.reassembledDatagrams == 1)
    #expect(decoder.statistics.incompleteDatagrams == 0)
  }

  @Test func aRepeatedFragmentChangesNothing() throws {
    var decoder = PacketDecoder()
    for range in [0..<16, 0..<16, 48..<96, 16..<48, 16..<96, 24..<40] {
      #expect(decoder.decode(Self.fragment(range, isIPv6: false).bytes) == .other(.fragment))
    }
    #expect(decoder.segment(Self.fragment(96..<120, isIPv6: false))?.wirePayloadLength == 100)
  }

  static let contradictions: [(String, [Range<Int>])] = [
    ("overlaps the one before", [0..<48, 40..<96]),
    ("overlaps the one after", [48..<96, 16..<56]),
    ("covers a smaller one", [16..<48, 0..<96]),
    ("a second end", [96..<120, 104..<120, 0..<104, 112..<120]),
    ("empty", [0..<48, 48..<48]),
  ]

  @Test(arguments: contradictions) func anOverlapCondemnsTheDatagram(_ what: String, ranges: [Range<Int>]) throws {
    var decoder = PacketDecoder()
    var last: DecodedPacket?
    for range in ranges where last != .other(.fragmentDropped) {
      last = decoder.decode(Self.fragment(range, isIPv6: false).bytes)
    }
    #expect(last == .other(.fragmentDropped))
    #expect(decoder.statistics.overlappingDatagrams == 1)
    #expect(decoder.statistics.incompleteDatagrams == 0)
  }

  @Test func dataBeyondTheEndCondemnsTheDatagram() {
    var decoder = PacketDecoder()
    let end = PacketBuilder([UInt8](repeating: 0, count: 8), protocolNumber: 6).inIPv4(fragment: (8, false))
    let beyond = PacketBuilder([UInt8](repeating: 0, count: 8), protocolNumber: 6).inIPv4(fragment: (16, true))
    #expect(decoder.decode(end.inEthernet().bytes) == .other(.fragment))
    #expect(decoder.decode(beyond.inEthernet().bytes) == .other(.fragmentDropped))
  }

  @Test func aDatagramLongerThanIPAllowsIsDropped() {
    var decoder = PacketDecoder()
    let death = PacketBuilder([UInt8](repeating: 0, count: 64), protocolNumber: 6).inIPv4(fragment: (65_528, false))
    #expect(decoder.decode(death.inEthernet().bytes) == .other(.fragmentDropped))
  }

  @Test func aLateFragmentComesTooLate() {
    var decoder = PacketDecoder()
    let first = Self.fragment(0..<96, isIPv6: false)
    let second = Self.fragment(96..<120, isIPv6: false)
    _ = decoder.decode(first.bytes, time: 0)
    #expect(decoder.decode(second.bytes, time: 30_000_000_001) == .other(.fragment))
    #expect(decoder.statistics.expiredDatagrams == 1)
    #expect(decoder.statistics.incompleteDatagrams == 1)
    #expect(decoder.segment(first, time: 60_000_000_000)?.wirePayloadLength == 100)
  }

  @Test func theTableIsBounded() {
    var limits = DecoderLimits()
    limits.datagrams = 4
    limits.fragmentBytes = 1000
    var decoder = PacketDecoder(limits: limits)
    for identification in 0..<20 as Range<UInt16> {
      _ = decoder.decode(Self.fragment(0..<96, isIPv6: false, identification: identification).bytes)
    }
    #expect(decoder.statistics.incompleteDatagrams == 4)
    #expect(decoder.statistics.evictedDatagrams == 16)
    #expect(decoder.segment(Self.fragment(96..<120, isIPv6: false, identification: 19)) != nil)
    #expect(decoder.segment(Self.fragment(96..<120, isIPv6: false, identification: 3)) == nil)
  }

  /// A capture may have nothing of a fragment but its header; what is noted of it counts all the same.
  @Test func fragmentsWithoutACapturedByteAreBounded() {
    var limits = DecoderLimits()
    limits.fragmentBytes = 1000
    var decoder = PacketDecoder(limits: limits)
    for index in 0..<2000 {
      let whole = PacketBuilder(Array(repeating: 0, count: 8), protocolNumber: 6)
        .inIPv4(identification: UInt16(index / 200), fragment: (index % 200 * 16, true)).inEthernet().bytes
      _ = decoder.decode(Array(whole.prefix(34)), originalLength: whole.count)
    }
    #expect(decoder.statistics.evictedDatagrams >= 9)
  }

  @Test func datagramsThatGetWholeLeaveNothingBehindOneThatNeverDoes() {
    var decoder = PacketDecoder()
    _ = decoder.decode(Self.fragment(0..<96, isIPv6: false, identification: 0).bytes)
    for identification in 1..<1000 as Range<UInt16> {
      _ = decoder.decode(Self.fragment(0..<96, isIPv6: false, identification: identification).bytes)
      #expect(decoder.segment(Self.fragment(96..<120, isIPv6: false, identification: identification)) != nil)
    }
    #expect(decoder.statistics.reassembledDatagrams == 999)
    #expect(decoder.statistics.incompleteDatagrams == 1)
    #expect(decoder.notedArrivals <= 2 * 1 + 64 + 1)
  }

  @Test func anIPv4DatagramExpiresBehindAnOlderIPv6One() {
    var decoder = PacketDecoder()
    _ = decoder.decode(Self.fragment(0..<96, isIPv6: true).bytes, time: 0)
    _ = decoder.decode(Self.fragment(0..<96, isIPv6: false).bytes, time: 1)
    _ = decoder.decode(Self.fragment(0..<96, isIPv6: true, identification: 9).bytes, time: 40_000_000_000)
    #expect(decoder.statistics.expiredDatagrams == 1)
    #expect(decoder.statistics.incompleteDatagrams == 2)
  }

  @Test func aByteLimitSmallerThanAFragmentDropsIt() {
    var limits = DecoderLimits()
    limits.fragmentBytes = 10
    var decoder = PacketDecoder(limits: limits)
    #expect(decoder.decode(Self.fragment(0..<96, isIPv6: false).bytes) == .other(.fragmentDropped))
    #expect(decoder.statistics.incompleteDatagrams == 0)
  }

  @Test func aSnapLengthLeavesTheLengthOfTheDatagram() throws {
    var decoder = PacketDecoder()
    let packets = [0..<48, 48..<96, 96..<120].map { Self.fragment($0, isIPv6: false).bytes }
    var segment: Segment?
    for packet in packets {
      let cut = PacketBuilder(Array(packet.prefix(14 + 20 + 40)))
      segment = decoder.segment(cut, originalLength: packet.count)
    }
    let whole = try #require(segment)
    #expect(whole.wirePayloadLength == 100)
    #expect(decoder.payload(of: whole, in: []) == Array(Self.payload[..<20]))
  }

  @Test func vlansKeepTheirFragmentsApart() {
    var decoder = PacketDecoder()
    let parts = [0..<96, 96..<120].map { range in
      PacketBuilder(Array(Self.datagram.bytes[range]), protocolNumber: 6)
        .inIPv4(fragment: (range.lowerBound, range.upperBound < 120))
    }
    _ = decoder.decode(parts[0].inVLAN(1).inEthernet().bytes)
    #expect(decoder.decode(parts[1].inVLAN(2).inEthernet().bytes) == .other(.fragment))
    #expect(decoder.segment(parts[1].inVLAN(1).inEthernet()) != nil)
  }

  @Test func fragmentsInsideATunnelAndOfATunnel() throws {
    var decoder = PacketDecoder()
    let inner = Self.datagram.inIPv4().bytes
    let halves = [Array(inner[..<80]), Array(inner[80...])].enumerated().map { index, part in
      PacketBuilder(part, protocolNumber: 4).inIPv4(
        from: "198.51.100.1", to: "198.51.100.2", fragment: (index * 80, index == 0)
      ).inEthernet()
    }
    _ = decoder.decode(halves[0].bytes)
    let segment = try decoder.requireSegment(halves[1])
    #expect(decoder.payload(of: segment, in: halves[1].bytes) == Self.payload)
    #expect(decoder.encapsulation(segment.encapsulation)?.layers.count == 1)
    #expect(segment.wireLength == 140)
  }

  @Test(
    arguments: [(17, SkipReason.fragment), (50, .encapsulated(.encapsulatingSecurity)), (2, .notTCP(2))]
      as [(UInt8, SkipReason)])
  func onlyWhatMayHoldTCPIsKept(number: UInt8, reason: SkipReason) {
    var decoder = PacketDecoder()
    let packet = PacketBuilder([UInt8](repeating: 0, count: 8), protocolNumber: number).inIPv4(fragment: (0, true))
    #expect(decoder.decode(packet.inEthernet().bytes) == .other(reason))
  }

  private static func permutations(of ranges: [Range<Int>]) -> [[Range<Int>]] {
    guard ranges.count > 1 else { return [ranges] }
    return ranges.indices.flatMap { index in
      var rest = ranges
      let first = rest.remove(at: index)
      return permutations(of: rest).map { [first] + $0 }
    }
  }
}
