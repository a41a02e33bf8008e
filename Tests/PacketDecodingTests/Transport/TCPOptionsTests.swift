import PacketDecoding
import TestSupport
import Testing

/// The options of RFC 9293 §3.2 and its extensions, as they should be and as they should not.
@Suite struct TCPOptionsTests {
  private func options(_ bytes: [UInt8]) throws -> TCPOptions {
    var decoder = PacketDecoder()
    let segment = decoder.segment(PacketBuilder.tcp(flags: .syn, options: bytes).inIPv4().inEthernet())
    return try #require(segment).options
  }

  @Test func aLinuxHandshake() throws {
    let options = try options([2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 3, 7])
    #expect(options.kinds == [.maximumSegmentSize, .sackPermitted, .timestamps, .windowScale])
    #expect(options.maximumSegmentSize == 1460)
    #expect(options.timestampValue == 256)
    #expect(options.timestampEcho == 0)
    #expect(options.windowScale == 7)
  }

  @Test(arguments: 1...4) func sackBlocks(count: Int) throws {
    let blocks = (0..<count).map { UInt32.max - 10 + UInt32($0) * 2 }
    let body = blocks.flatMap { $0.bigEndianBytes + ($0 &+ 100).bigEndianBytes }
    let options = try options([5, UInt8(2 + 8 * count)] + body)
    #expect(options.kinds == .sack)
    #expect(options.sackBlocks.count == count)
    for (index, left) in blocks.enumerated() {
      let block = SACKBlock(left: SequenceNumber(left), right: SequenceNumber(left &+ 100))
      #expect(options.sackBlocks[index] == block)
    }
    #expect(options.sackBlocks[count] == nil)
    #expect(options.sackBlocks[-1] == nil)
  }

  static let fastOpen: [([UInt8], UInt8)] = [
    ([34, 2], 0), ([34, 6, 1, 2, 3, 4], 4), ([254, 4, 0xF9, 0x89], 0), ([253, 8, 0xF9, 0x89, 1, 2, 3, 4], 4),
  ]

  @Test(arguments: fastOpen) func fastOpenCookies(bytes: [UInt8], length: UInt8) throws {
    let options = try options(bytes)
    #expect(options.kinds == .fastOpen)
    #expect(options.fastOpenCookieLength == length)
  }

  static let unknown: [[UInt8]] = [
    [19, 18] + [UInt8](repeating: 1, count: 16), [77, 2], [254, 4, 0x12, 0x34], [253, 2],
  ]

  @Test(arguments: unknown) func unknownOptionsAreSkipped(bytes: [UInt8]) throws {
    let options = try options(bytes + [3, 3, 9])
    #expect(options.kinds == [.unknown, .windowScale])
    #expect(options.windowScale == 9)
  }

  @Test func multipathIsRecognised() throws {
    #expect(try options([30, 4, 0, 1]).kinds == .multipath)
  }

  @Test func nothingIsNormalisedAway() throws {
    #expect(try options([3, 3, 200]).windowScale == 200)
    #expect(try options([2, 4, 0, 0]).kinds == .maximumSegmentSize)
  }

  @Test func whatFollowsTheEndIsNotRead() throws {
    #expect(try options([1, 0, 3, 3, 7, 255, 255, 255]).kinds.isEmpty)
  }

  @Test(arguments: 0...255 as ClosedRange<UInt8>) func everyKindOfEveryLength(kind: UInt8) throws {
    for length in 0...40 as ClosedRange<UInt8> {
      let bytes = [kind, length] + [UInt8](repeating: 0, count: 38)
      let options = try options(bytes)
      guard kind > 1 else { continue }
      let leadsNowhere = length < 2
      let isRead = options.kinds.subtracting(.malformed) != []
      #expect(isRead != options.kinds.contains(.malformed), "kind \(kind), length \(length)")
      if leadsNowhere { #expect(options.kinds == .malformed) }
      if options.kinds.contains(.malformed) {
        #expect(options.malformedKind == kind)
        #expect(options.malformedOffset == 0)
      }
    }
  }

  @Test func aWrongLengthIsNamedAndPassedOver() throws {
    let options = try options([1, 2, 6, 1, 2, 3, 4, 3, 3, 7])
    #expect(options.kinds == [.malformed, .windowScale])
    #expect(options.malformedKind == 2)
    #expect(options.malformedOffset == 1)
    #expect(options.maximumSegmentSize == 0)
  }

  @Test(arguments: [[3, 3, 7, 8, 10, 0, 0, 0], [3, 3, 7, 8]] as [[UInt8]])
  func anOptionThatLeavesTheHeaderEndsTheWalk(bytes: [UInt8]) throws {
    let padded = bytes + [UInt8](repeating: 1, count: (4 - bytes.count % 4) % 4)
    let options = try options(padded)
    #expect(options.kinds == [.windowScale, .malformed])
    #expect(options.malformedKind == 8)
    #expect(options.malformedOffset == 3)
  }

  @Test(arguments: 0...20) func aSnapLengthKeepsWhatCameBefore(kept: Int) throws {
    var decoder = PacketDecoder()
    let all: [UInt8] = [2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 3, 7]
    let packet = PacketBuilder.tcp(options: all).inIPv4().inEthernet()
    let cut = PacketBuilder(Array(packet.bytes[..<(14 + 40 + kept)]))
    let options = try decoder.requireSegment(cut, originalLength: packet.bytes.count).options
    #expect(!options.kinds.contains(.malformed))
    #expect(options.kinds.contains(.truncated) == (kept < 20))
    #expect(options.kinds.contains(.maximumSegmentSize) == (kept >= 4))
    #expect(options.kinds.contains(.sackPermitted) == (kept >= 6))
    #expect(options.kinds.contains(.timestamps) == (kept >= 16))
    #expect(options.kinds.contains(.windowScale) == (kept == 20))
  }

  @Test func theSegmentBeforeLeavesNothing() throws {
    var decoder = PacketDecoder()
    var segment = try decoder.requireSegment(Wrapping.segment.inIPv4().inEthernet())
    let plain = PacketBuilder.tcp().inIPv4().inEthernet().bytes
    let info = PacketInfo(
      time: Timestamp(nanoseconds: 5), frame: 2, originalLength: plain.count, linkType: .ethernet)
    #expect(decoder.decode(plain.span, info, into: &segment) == .segment)
    #expect(DecodedPacket.segment(segment) == decoder.decode(plain, time: 5, frame: 2))
    #expect(segment.options == TCPOptions())
  }
}
