import TestSupport
import Testing

@testable import PacketDecoding

/// The short way for plain frames and the descent through the layers give the same.
@Suite struct PlainFrameTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>) func agreeWithTheDescent(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var decoder = PacketDecoder()
    var plain = 0
    for _ in 0..<30_000 {
      let bytes = frame(using: &random)
      let info = PacketInfo(
        time: Timestamp(nanoseconds: 5), frame: 7, originalLength: bytes.count, linkType: .ethernet)
      var short = Segment.empty
      var long = Segment.empty
      guard decoder.readPlainFrame(bytes.span, info, into: &short) else { continue }
      plain += 1
      guard case .segment = decoder.descend(bytes.span, info, into: &long) else {
        Issue.record("\(bytes) is no segment by the descent")
        return
      }
      #expect(short == long)
    }
    #expect(plain > 5_000)
  }

  /// A frame of IPv4 or IPv6 with every length near its limits, a few bytes of it changed, some of it cut off.
  private func frame(using random: inout SeededGenerator) -> [UInt8] {
    let isIPv6 = Bool.random(using: &random)
    let options = 4 * Int.random(in: 0...10, using: &random)
    let payload = Int.random(in: 0...40, using: &random)
    let length = 20 + options + payload
    var bytes = [UInt8](repeating: 2, count: 12)
    if isIPv6 {
      bytes += [0x86, 0xDD, 0x60, 0, 0, 0, 0, UInt8(length), 6, 64]
    } else {
      bytes += [0x08, 0x00, 0x45, 0, 0, UInt8(20 + length), 1, 2, 0x40, 0, 64, 6, 0, 0]
    }
    bytes += (0..<(isIPv6 ? 32 : 8)).map { _ in UInt8.random(in: 0...255, using: &random) }
    bytes += (0..<12).map { _ in UInt8.random(in: 0...255, using: &random) }
    bytes += [UInt8(20 + options) << 2, UInt8.random(in: 0...255, using: &random)]
    bytes += (0..<6).map { _ in UInt8.random(in: 0...255, using: &random) }
    bytes += tcpOptions(options, using: &random)
    bytes += (0..<payload).map { _ in UInt8.random(in: 0...255, using: &random) }
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
    }
    return bytes
  }

  /// Options as stacks have them where there are any of that length, or a row of likely bytes.
  private func tcpOptions(_ length: Int, using random: inout SeededGenerator) -> [UInt8] {
    let value = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
    return switch (length, Bool.random(using: &random)) {
    case (12, true): [1, 1, 8, 10] + value
    case (20, true): [2, 4, 5, 0xB4, 4, 2, 8, 10] + value + [1, 3, 3, 7]
    default: (0..<length).map { _ in [0, 1, 2, 3, 4, 5, 8, 10, 34].randomElement(using: &random) ?? 0 }
    }
  }
}
