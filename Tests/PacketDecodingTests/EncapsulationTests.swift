import PacketDecoding
import TestSupport
import Testing

/// The numbers that keep connections of the same addresses apart.
@Suite struct EncapsulationTests {
  private func id(_ packet: PacketBuilder, _ decoder: inout PacketDecoder) throws -> EncapsulationID {
    try decoder.requireSegment(packet.inEthernet()).encapsulation
  }

  @Test func bothDirectionsOfATunnelShareANumber() throws {
    var decoder = PacketDecoder()
    let there = PacketBuilder.tcp().inIPv4().inGRE(key: 5).inIPv4(from: "10.0.0.1", to: "10.0.0.2")
    let back = PacketBuilder.tcp().inIPv4().inGRE(key: 5).inIPv4(from: "10.0.0.2", to: "10.0.0.1")
    let otherKey = PacketBuilder.tcp().inIPv4().inGRE(key: 6).inIPv4(from: "10.0.0.2", to: "10.0.0.1")
    #expect(try id(there, &decoder) == id(back, &decoder))
    #expect(try id(there, &decoder) != id(otherKey, &decoder))
  }

  @Test func theOrderOfTagsCounts() throws {
    var decoder = PacketDecoder()
    let first = try id(PacketBuilder.tcp().inIPv4().inVLAN(1).inVLAN(2), &decoder)
    let second = try id(PacketBuilder.tcp().inIPv4().inVLAN(2).inVLAN(1), &decoder)
    let one = try id(PacketBuilder.tcp().inIPv4().inVLAN(1), &decoder)
    #expect(Set([first, second, one, .none]).count == 4)
    #expect(try id(PacketBuilder.tcp().inIPv4().inVLAN(1).inVLAN(2), &decoder) == first)
    #expect(decoder.encapsulation(first) == Encapsulation(layers: [.vlan(2), .vlan(1)]))
  }

  @Test func numbersRunOut() throws {
    var limits = DecoderLimits()
    limits.encapsulations = 10
    var decoder = PacketDecoder(limits: limits)
    let ids = try (1...20).map { try id(PacketBuilder.tcp().inIPv4().inVLAN($0), &decoder) }
    #expect(Set(ids).count == 11)
    #expect(ids[10...].allSatisfy { $0 == .unnumbered })
    #expect(decoder.encapsulation(.unnumbered) == nil)
    #expect(decoder.statistics.unnumberedEncapsulations == 10)
    #expect(try id(PacketBuilder.tcp().inIPv4().inVLAN(3), &decoder) == ids[2])
  }

  /// More than a page of them, with copies taken on the way.
  @Test func aCopyStaysAsItIs() throws {
    var decoder = PacketDecoder()
    var copies = [decoder.encapsulations]
    for tag in UInt16(1)...600 {
      #expect(try id(PacketBuilder.tcp().inIPv4().inVLAN(tag), &decoder) == EncapsulationID(UInt16(tag)))
      copies.append(decoder.encapsulations)
    }
    for (count, copy) in copies.enumerated() {
      #expect(copy.count == count)
      #expect(copy[EncapsulationID(UInt16(count))]?.layers == (count == 0 ? nil : [.vlan(UInt16(count))]))
      #expect(copy[EncapsulationID(UInt16(count + 1))] == nil)
    }
  }

  @Test(arguments: 1...20) func depthIsBounded(depth: Int) throws {
    var decoder = PacketDecoder()
    var packet = PacketBuilder.tcp().inIPv4()
    for level in 1...depth { packet = packet.inIPv4(from: "10.0.0.\(level)", to: "10.0.1.\(level)") }
    let decoded = decoder.decode(packet.inEthernet().bytes)
    guard depth <= 16 else {
      #expect(decoded == .other(.tooDeep))
      return
    }
    guard case .segment(let segment) = decoded else {
      Issue.record("\(decoded)")
      return
    }
    #expect(decoder.encapsulation(segment.encapsulation)?.layers.count == depth)
  }

  @Test func unknownNumbersAreNobodys() {
    let decoder = PacketDecoder()
    #expect(decoder.encapsulation(.none) == nil)
    #expect(decoder.encapsulation(EncapsulationID(1)) == nil)
  }
}
