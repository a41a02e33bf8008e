package import PacketDecoding

/// Writes a pcapng file: one section, as many interfaces as are added, their packets as enhanced packet blocks.
package struct PcapngWriter: Sendable {
  /// The unit of an interface's times, as its `if_tsresol` option gives it.
  package enum Resolution: CaseIterable, Sendable {
    /// No option: microseconds.
    case unsaid
    case milliseconds, nanoseconds
    /// Units of 2^-20 s.
    case binary

    /// The option's byte: a power of ten, or of two with the high bit set.
    var option: UInt8? {
      switch self {
      case .unsaid: nil
      case .milliseconds: 3
      case .nanoseconds: 9
      case .binary: 0x80 | 20
      }
    }

    func units(_ nanoseconds: Int64) -> UInt64 {
      switch self {
      case .unsaid: UInt64(nanoseconds / 1000)
      case .milliseconds: UInt64(nanoseconds / 1_000_000)
      case .nanoseconds: UInt64(nanoseconds)
      case .binary:
        UInt64(nanoseconds / 1_000_000_000) << 20 | UInt64(nanoseconds % 1_000_000_000) << 20 / 1_000_000_000
      }
    }
  }

  package var bytes: [UInt8] { output.bytes }
  private var output: ByteWriter
  private var interfaces: [Resolution] = []

  package init(_ order: ByteOrder = .littleEndian) {
    output = ByteWriter(order)
    block(0x0A0D_0D0A) { body in
      body.write(0x1A2B_3C4D as UInt32)
      body.write(1 as UInt16)
      body.write(0 as UInt16)
      body.write(UInt64.max)  // The section's length is not said.
    }
  }

  /// Adds an interface; packets name it by its place, from 0.
  package mutating func addInterface(
    _ linkType: LinkType = .ethernet, snapLength: UInt32 = 262_144, resolution: Resolution = .unsaid
  ) {
    interfaces.append(resolution)
    block(1) { body in
      body.write(UInt16(truncatingIfNeeded: linkType.numberInFiles))
      body.write(0 as UInt16)
      body.write(snapLength)
      guard let option = resolution.option else { return }
      body.write(9 as UInt16)
      body.write(1 as UInt16)
      body.bytes += [option, 0, 0, 0]
      body.write(0 as UInt32)
    }
  }

  /// Appends an enhanced packet block.
  package mutating func append(
    _ packet: [UInt8], at time: Timestamp, interface: Int = 0, originalLength: Int? = nil
  ) {
    let units = interfaces[interface].units(time.nanoseconds)
    block(6) { body in
      body.write(UInt32(interface))
      body.write(UInt32(truncatingIfNeeded: units >> 32))
      body.write(UInt32(truncatingIfNeeded: units))
      body.write(UInt32(packet.count))
      body.write(UInt32(originalLength ?? packet.count))
      body.bytes += packet
    }
  }

  /// One block: type, length, body padded to 32 bits, length again.
  package mutating func block(_ type: UInt32, bytes: [UInt8]) { block(type) { $0.bytes += bytes } }

  private mutating func block(_ type: UInt32, _ fill: (inout ByteWriter) -> Void) {
    var body = ByteWriter(output.order)
    fill(&body)
    while body.bytes.count % 4 != 0 { body.bytes.append(0) }
    output.write(type)
    output.write(UInt32(body.bytes.count + 12))
    output.bytes += body.bytes
    output.write(UInt32(body.bytes.count + 12))
  }
}
