import Glibc
import GroundTruth

/// A segment that no host sent, made byte by byte with valid checksums.
struct Forgery {
  var source: String
  var sourcePort: UInt16
  var destination: String
  var destinationPort: UInt16
  var flags: Set<Flag>
  var sequence: UInt32
  var acknowledgment: UInt32 = 0
  var window: UInt16 = 512
  var payload: [UInt8] = []
  /// TSval and TSecr, where the segment carries the timestamp option.
  var timestamps: (value: UInt32, echo: UInt32)?
  /// The segment's largest payload (MSS), where it carries that option.
  var maximumSegmentSize: UInt16?
  /// Time to live, or hop limit; 64 is what the hosts' own kernels put there.
  var hopLimit: UInt8 = 64

  enum Flag: UInt8 {
    case fin = 1
    case syn = 2
    case rst = 4
    case psh = 8
    case ack = 16
    case urg = 32
  }

  var packet: Packet? {
    let isIPv6 = source.contains(":")
    let segment = self.segment
    let addresses = Self.bytes(of: source) + Self.bytes(of: destination)
    let pseudoHeader = addresses + Self.words([UInt16(segment.count), 6])
    var tcp = segment
    let sum = Self.checksum(pseudoHeader + segment)
    (tcp[16], tcp[17]) = (UInt8(sum >> 8), UInt8(sum & 255))
    return Packet(isIPv6 ? Self.ipv6(addresses, 6, tcp, hopLimit) : Self.ipv4(addresses, 6, tcp, hopLimit))
  }

  private var segment: [UInt8] {
    let largest = maximumSegmentSize.map { [2, 4] + Self.words([$0]) } ?? []
    let options = largest + (timestamps.map { [1, 1, 8, 10] + Self.longs([$0.value, $0.echo]) } ?? [])
    let offset = UInt8(20 + options.count) << 2
    return Self.words([sourcePort, destinationPort]) + Self.longs([sequence, acknowledgment])
      + [offset, flags.reduce(0) { $0 | $1.rawValue }] + Self.words([window, 0, 0]) + options + payload
  }

  static func bytes(of address: String) -> [UInt8] {
    let isIPv6 = address.contains(":")
    var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
    _ = unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, address, &bytes)
    return bytes
  }

  static func words(_ values: [UInt16]) -> [UInt8] { values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }

  private static func longs(_ values: [UInt32]) -> [UInt8] {
    words(values.flatMap { [UInt16($0 >> 16), UInt16($0 & 0xffff)] })
  }

  /// The ones' complement sum of RFC 1071.
  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() { sum += UInt32(byte) << (index.isMultiple(of: 2) ? 8 : 0) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(sum)
  }
}

extension Forgery {
  /// What an ICMP or ICMPv6 error says, by type and code.
  enum Rejection {
    case portUnreachable
    case timeExceeded

    fileprivate func code(isIPv6: Bool) -> [UInt8] {
      switch self {
      case .portUnreachable: isIPv6 ? [1, 4] : [3, 3]
      case .timeExceeded: isIPv6 ? [3, 0] : [11, 0]
      }
    }
  }

  /// The ICMP or ICMPv6 error that `reporter` would send about `packet`; nil: its destination.
  static func rejection(_ rejection: Rejection, of packet: Packet, by reporter: String? = nil) -> Packet? {
    let isIPv6 = packet.source.contains(":")
    let addresses = bytes(of: reporter ?? packet.destination) + bytes(of: packet.source)
    let quote = Array(packet.bytes.prefix(isIPv6 ? packet.bytes.count : 28))
    var message: [UInt8] = rejection.code(isIPv6: isIPv6) + [0, 0, 0, 0, 0, 0] + quote
    let pseudoHeader = isIPv6 ? addresses + longs([UInt32(message.count), 58]) : []
    let sum = checksum(pseudoHeader + message)
    (message[2], message[3]) = (UInt8(sum >> 8), UInt8(sum & 255))
    return Packet(isIPv6 ? ipv6(addresses, 58, message) : ipv4(addresses, 1, message))
  }

  private static func ipv6(
    _ addresses: [UInt8], _ next: UInt8, _ payload: [UInt8], _ hopLimit: UInt8 = 64
  ) -> [UInt8] {
    [0x60, 0, 0, 0] + words([UInt16(payload.count)]) + [next, hopLimit] + addresses + payload
  }

  private static func ipv4(
    _ addresses: [UInt8], _ carried: UInt8, _ payload: [UInt8], _ timeToLive: UInt8 = 64
  ) -> [UInt8] {
    var header: [UInt8] = [0x45, 0] + words([UInt16(20 + payload.count), 0x7777, 0x4000])
    header += [timeToLive, carried, 0, 0] + addresses
    let sum = checksum(header)
    (header[10], header[11]) = (UInt8(sum >> 8), UInt8(sum & 255))
    return header + payload
  }
}
