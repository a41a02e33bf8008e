/// What the IP header tells about a segment, whichever version it was.
struct NetworkHeader {
  var source = IPAddress(v4: 0)
  var destination = IPAddress(v4: 0)
  var timeToLive: UInt8 = 0
  /// IPv4 identification; nil for IPv6.
  var identification: UInt16?
  /// False where the IPv4 header checksum was verified and is wrong.
  var isIntact = true
  /// Where the header begins.
  var offset = 0
}

/// The IP protocol numbers this decoder acts on.
@usableFromInline
enum IPProtocol {
  static let hopByHop: UInt8 = 0
  static let icmp: UInt8 = 1
  static let ipv4: UInt8 = 4
  @inlinable static var tcp: UInt8 { 6 }
  static let udp: UInt8 = 17
  static let ipv6: UInt8 = 41
  static let routing: UInt8 = 43
  static let fragment: UInt8 = 44
  static let gre: UInt8 = 47
  static let encapsulatingSecurity: UInt8 = 50
  static let authentication: UInt8 = 51
  static let icmpv6: UInt8 = 58
  static let destinationOptions: UInt8 = 60
  static let ipComp: UInt8 = 108
  static let ethernet: UInt8 = 143

  /// Why fragments of `number` are not worth putting together; nil where they are.
  static func reasonToSkipFragments(of number: UInt8) -> SkipReason? {
    switch number {
    case tcp, udp, ipv4, ipv6, gre, authentication, ethernet, destinationOptions, routing: nil
    case encapsulatingSecurity: .encapsulated(.encapsulatingSecurity)
    case ipComp: .encapsulated(.ipComp)
    default: .notTCP(number)
    }
  }
}

extension PacketDecoder {
  /// What follows an IP header: `number` is its protocol or next header.
  mutating func upperLayer(
    _ number: UInt8, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    var number = number
    while number == IPProtocol.authentication { number = try skipAuthentication(bytes, &descent) }
    switch number {
    case IPProtocol.tcp: return .tcp
    case IPProtocol.icmp: return .icmp
    case IPProtocol.icmpv6: return .icmpv6
    case IPProtocol.encapsulatingSecurity: return .skip(.encapsulated(.encapsulatingSecurity))
    case IPProtocol.ipComp: return .skip(.encapsulated(.ipComp))
    default: return try tunnel(number, bytes, &descent)
    }
  }

  /// What IP carries inside itself: IP, Ethernet, or a tunnel with a header of its own.
  private mutating func tunnel(
    _ number: UInt8, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    switch number {
    case IPProtocol.udp: return try udp(bytes, &descent)
    case IPProtocol.gre: return try gre(bytes, &descent)
    case IPProtocol.ipv4, IPProtocol.ipv6, IPProtocol.ethernet:
      let kind: Tunnel.Kind = number == IPProtocol.ethernet ? .ethernet : .ip
      guard enterTunnel(kind, key: nil, &descent) else { return .skip(.tooDeep) }
      if number == IPProtocol.ethernet { return try ethernet(bytes, &descent) }
      return number == IPProtocol.ipv4 ? try ipv4(bytes, &descent) : try ipv6(bytes, &descent)
    default: return .skip(.notTCP(number))
    }
  }

  /// The IPsec authentication header (RFC 4302 §2): its length counts 4-byte words less two.
  ///
  /// - Returns: the protocol after it.
  func skipAuthentication(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> UInt8 {
    let fixedLength = 12
    try descent.here.require(fixedLength, of: .ipv6Extension, in: bytes)
    let next = bytes[descent.here.offset]
    let length = (Int(bytes[descent.here.offset + 1]) + 2) * 4
    guard length >= fixedLength else {
      throw descent.here.error(.badLength, in: .ipv6Extension, needed: fixedLength, available: length)
    }
    try descent.here.require(length, of: .ipv6Extension, in: bytes)
    descent.here.offset += length
    return next
  }
}
