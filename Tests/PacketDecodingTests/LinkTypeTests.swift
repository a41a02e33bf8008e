import PacketDecoding
import TestSupport
import Testing

@Suite struct LinkTypeTests {
  @Test func everyWrappingsLinkTypeIsSupported() {
    for wrapping in Wrapping.all { #expect(PacketDecoder.supports(wrapping.linkType)) }
  }

  @Test(arguments: [105, 127, 147, -1, .max] as [Int32]) func otherLinkTypesAreNot(number: Int32) {
    var decoder = PacketDecoder()
    let linkType = LinkType(rawValue: number)
    #expect(!PacketDecoder.supports(linkType))
    #expect(decoder.decode([1, 2, 3], linkType: linkType) == .other(.unsupportedLink(linkType)))
  }

  @Test(arguments: [10, 24, 28, 30] as [UInt8], [LinkType.null, .loop])
  func everySystemsFamilyOfIPv6IsKnown(family: UInt8, linkType: LinkType) {
    var decoder = PacketDecoder()
    for field in [[family, 0, 0, 0], [0, 0, 0, family]] as [[UInt8]] {
      #expect(decoder.segment(PacketBuilder(field + Wrapping.v6.bytes), linkType: linkType) != nil)
    }
    #expect(
      decoder.decode([7, 0, 0, 0] + Wrapping.v4.bytes, linkType: linkType) == .other(.encapsulated(.etherType(7))))
    #expect(decoder.decode([7, 0, 0, 0] + [UInt8](repeating: 69, count: 60), linkType: linkType) == .other(.notIP(7)))
  }
}
