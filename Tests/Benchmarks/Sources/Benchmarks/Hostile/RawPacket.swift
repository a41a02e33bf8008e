/// Headers put around one another by hand.
enum RawPacket {
  typealias Bytes = [UInt8]

  /// A SYN from port 1024 to port 80.
  static let tcp: Bytes = [4, 0, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xFF, 0xFF, 0, 0, 0, 0]

  static func filler(_ length: Int) -> Bytes { Array(repeating: 0x5A, count: length) }

  static func ethernet(_ type: UInt16, _ payload: Bytes) -> Bytes {
    [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] + half(type) + payload
  }

  static func ipv4(
    protocolNumber: UInt8, identification: Int = 0, fragment: UInt16 = 0x4000, from source: UInt32 = 0x0A00_0001,
    payload: Bytes
  ) -> Bytes {
    let length = half(UInt16(truncatingIfNeeded: 20 + payload.count))
    let place = half(UInt16(truncatingIfNeeded: identification)) + half(fragment)
    return [0x45, 0] + length + place + [64, protocolNumber, 0, 0] + word(source) + word(0xC0A8_0001) + payload
  }

  static func ipv6(nextHeader: UInt8, payload: Bytes) -> Bytes {
    let address: Bytes = [0x20, 1, 0x0D, 0xB8] + Bytes(repeating: 0, count: 11)
    let length = half(UInt16(truncatingIfNeeded: payload.count))
    return [0x60, 0, 0, 0] + length + [nextHeader, 64] + address + [1] + address + [2] + payload
  }

  static func half(_ value: UInt16) -> Bytes { [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }
  static func word(_ value: UInt32) -> Bytes { half(UInt16(value >> 16)) + half(UInt16(truncatingIfNeeded: value)) }
}

/// One more wrapping around an Ethernet frame, which becomes an Ethernet frame again.
extension RawPacket {
  typealias Wrapping = @Sendable (_ frame: Bytes, _ key: Int) -> Bytes

  static func vlan(_ frame: Bytes, _ key: Int) -> Bytes {
    frame[..<12] + [0x81, 0] + half(UInt16(1 + key % 4094)) + frame[12...]
  }

  static func mpls(_ frame: Bytes, _ key: Int) -> Bytes {
    let isInnermost = frame[12..<14] != [0x88, 0x47]
    return frame[..<12] + [0x88, 0x47] + word(UInt32(16 + key) << 12 | (isInnermost ? 0x100 : 0) | 64) + frame[14...]
  }

  /// A bridge over GRE with a key (RFC 2784, RFC 2890).
  static func gre(_ frame: Bytes, _ key: Int) -> Bytes {
    ethernet(0x0800, ipv4(protocolNumber: 47, payload: [0x20, 0, 0x65, 0x58] + word(UInt32(key)) + frame))
  }

  static func vxlan(_ frame: Bytes, _ key: Int) -> Bytes {
    let udp = half(50_000) + half(4789) + half(UInt16(truncatingIfNeeded: 16 + frame.count)) + [0, 0]
    return ethernet(0x0800, ipv4(protocolNumber: 17, payload: udp + [8, 0, 0, 0] + word(UInt32(key) << 8) + frame))
  }

  /// A SYN in `depth` wrappings, or as many as fit in 1500 bytes.
  static func nested(_ depth: Int, in wrap: Wrapping, key: Int) -> Bytes {
    var frame = ethernet(0x0800, ipv4(protocolNumber: 6, payload: tcp))
    for level in 0..<depth where frame.count < 1450 { frame = wrap(frame, key &+ level) }
    return frame
  }
}
