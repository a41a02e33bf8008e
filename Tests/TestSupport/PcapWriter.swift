package import PacketDecoding

/// Writes a pcap file, byte for byte as a test wants it; it shares no code with the readers it feeds.
///
/// ```swift
/// var writer = PcapWriter(.nanoseconds, .bigEndian)
/// writer.append([0x45, 0x00], at: Timestamp(seconds: 1, nanoseconds: 5))
/// try withTemporaryFile(writer.bytes) { path in ... }
/// ```
package struct PcapWriter: Sendable {
  /// Which of the three record formats.
  package enum Variant: CaseIterable, Sendable {
    case microseconds, nanoseconds
    /// Alexey Kuznetsov's: microseconds, with interface, protocol and packet type after each record's lengths.
    case modified

    var magic: UInt32 {
      switch self {
      case .microseconds: 0xA1B2_C3D4
      case .nanoseconds: 0xA1B2_3C4D
      case .modified: 0xA1B2_CD34
      }
    }
  }

  package var bytes: [UInt8] { output.bytes }
  private let variant: Variant
  private var output: ByteWriter

  package init(
    _ variant: Variant = .microseconds, _ order: ByteOrder = .littleEndian, linkType: LinkType = .ethernet,
    snapLength: UInt32 = 262_144, version: (major: UInt16, minor: UInt16) = (2, 4)
  ) {
    self.variant = variant
    output = ByteWriter(order)
    output.write(variant.magic)
    output.write(version.major)
    output.write(version.minor)
    output.write(0 as UInt32)
    output.write(0 as UInt32)
    output.write(snapLength)
    output.write(UInt32(bitPattern: linkType.numberInFiles))
  }

  /// Appends a record.
  ///
  /// - Parameters:
  ///   - originalLength: the length on the wire; by default that of `packet`.
  ///   - claimedLength: what the header says was captured; by default the truth.
  package mutating func append(
    _ packet: [UInt8], at time: Timestamp, originalLength: Int? = nil, claimedLength: UInt32? = nil
  ) {
    let fraction = time.nanoseconds % 1_000_000_000
    output.write(UInt32(truncatingIfNeeded: time.nanoseconds / 1_000_000_000))
    output.write(UInt32(truncatingIfNeeded: variant == .nanoseconds ? fraction : fraction / 1000))
    output.write(claimedLength ?? UInt32(packet.count))
    output.write(UInt32(originalLength ?? packet.count))
    if variant == .modified {
      output.write(1 as UInt32)
      output.write(0x0800 as UInt16)
      output.write(0 as UInt16)
    }
    output.bytes += packet
  }
}

package enum ByteOrder: CaseIterable, Sendable { case littleEndian, bigEndian }

/// Bytes in the making, in one byte order.
struct ByteWriter: Sendable {
  var bytes: [UInt8] = []
  let order: ByteOrder

  init(_ order: ByteOrder) { self.order = order }

  mutating func write<Number: FixedWidthInteger>(_ number: Number) {
    let shifts = stride(from: 0, to: Number.bitWidth, by: 8)
    let littleEndian = shifts.map { UInt8(truncatingIfNeeded: number >> Number($0)) }
    bytes += order == .littleEndian ? littleEndian : littleEndian.reversed()
  }
}

extension LinkType {
  /// The number files use where it is not the one libpcap uses on this system.
  var numberInFiles: Int32 { self == .rawDLT ? LinkType.raw.rawValue : rawValue }
}
