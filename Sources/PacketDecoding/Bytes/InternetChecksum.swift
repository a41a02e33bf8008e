/// The ones' complement sum of IP and TCP (RFC 1071).
struct InternetChecksum {
  private var sum: UInt64 = 0

  /// Adds `bytes`, an odd one at the end padded with zero.
  mutating func add(_ bytes: Span<UInt8>) {
    var offset = 0
    while offset + 4 <= bytes.count {
      add(bytes.bigEndian32(at: offset))
      offset += 4
    }
    if offset + 2 <= bytes.count {
      add(UInt32(bytes.bigEndian16(at: offset)))
      offset += 2
    }
    if offset < bytes.count { add(UInt32(bytes[offset]) << 8) }
  }

  mutating func add(_ word: UInt32) { sum &+= UInt64(word) }

  mutating func add(_ address: IPAddress) {
    add(UInt32(address.high >> 32))
    add(UInt32(truncatingIfNeeded: address.high))
    add(UInt32(address.low >> 32))
    add(UInt32(truncatingIfNeeded: address.low))
  }

  /// The sum in 16 bits; all ones over data that contains its own checksum.
  var folded: UInt16 {
    var folded = sum
    while folded > 0xFFFF { folded = (folded >> 16) + (folded & 0xFFFF) }
    return UInt16(folded)
  }
}

extension InternetChecksum {
  /// Whether an IPv4 header's checksum holds, or is left to the network card.
  static func holds(forIPv4Header header: Span<UInt8>) -> Bool {
    let field = header.bigEndian16(at: 10)
    var sum = InternetChecksum()
    sum.add(header)
    return field == 0 || sum.folded == 0xFFFF
  }

  /// What the checksum says of a whole TCP segment, header and payload, sent between two addresses.
  static func status(
    of segment: Span<UInt8>, from source: IPAddress, to destination: IPAddress
  ) -> ChecksumStatus {
    var sum = InternetChecksum()
    sum.add(source)
    sum.add(destination)
    sum.add(UInt32(IPProtocol.tcp))
    let withoutLength = sum.folded
    sum.add(UInt32(truncatingIfNeeded: segment.count))
    let pseudoHeader = sum.folded
    sum.add(segment)
    if sum.folded == 0xFFFF { return .valid }
    let field = segment.bigEndian16(at: TCPHeader.checksum)
    return field == pseudoHeader || field == withoutLength ? .offloaded : .invalid
  }
}
