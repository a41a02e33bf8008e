/// An IPv4 header (RFC 791 §3.1).
struct IPv4Header {
  static let minimumLength = 20

  var length: Int
  /// Length of the whole datagram; nil where segmentation offload left the field 0 and the frame must tell.
  var totalLength: Int?
  var identification: UInt16
  var hasMoreFragments: Bool
  /// Where the payload belongs in the whole datagram, in bytes.
  var fragmentOffset: Int
  var timeToLive: UInt8
  var protocolNumber: UInt8
  var source, destination: IPAddress

  /// Reads the header at the descent's offset, options included.
  @inline(__always)
  init(decoding bytes: Span<UInt8>, at here: Position) throws(DecodeError) {
    try here.require(Self.minimumLength, of: .ipv4, in: bytes)
    let header = bytes.extracting(here.offset..<here.offset + Self.minimumLength)
    length = Int(header[0] & 0x0F) * 4
    let total = Int(header.bigEndian16(at: 2))
    totalLength = total == 0 ? nil : total
    identification = header.bigEndian16(at: 4)
    let fragmentField = header.bigEndian16(at: 6)
    hasMoreFragments = fragmentField & 0x2000 != 0
    fragmentOffset = Int(fragmentField & 0x1FFF) * 8
    timeToLive = header[8]
    protocolNumber = header[9]
    source = IPAddress(v4: header.bigEndian32(at: 12))
    destination = IPAddress(v4: header.bigEndian32(at: 16))
    try check(version: header[0] >> 4, bytes, here)
  }

  var isFragment: Bool { hasMoreFragments || fragmentOffset != 0 }

  @inline(__always)
  private func check(version: UInt8, _ bytes: Span<UInt8>, _ here: Position) throws(DecodeError) {
    guard version == 4 else {
      throw here.error(.badValue, in: .ipv4, needed: Self.minimumLength, available: Self.minimumLength)
    }
    guard length >= Self.minimumLength else {
      throw here.error(.badLength, in: .ipv4, needed: Self.minimumLength, available: length)
    }
    if length > Self.minimumLength { try here.require(length, of: .ipv4, in: bytes) }
  }
}

extension PacketDecoder {
  /// An IPv4 datagram, put together first when it is a fragment.
  ///
  /// From here on the datagram's own length says where the packet ends on the wire: it cuts off what pads an
  /// Ethernet frame, and it counts what the snap length left out. A receiver would drop a datagram longer than its
  /// frame, but the frame length of many a rewritten capture is only what its tool kept, so it is believed.
  mutating func ipv4(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    let ip = try IPv4Header(decoding: bytes, at: descent.here)
    if let total = ip.totalLength {
      guard total >= ip.length else {
        throw descent.here.error(.badLength, in: .ipv4, needed: ip.length, available: total)
      }
      descent.here.wireEnd = descent.here.offset + total
    }
    descent.network = NetworkHeader(
      source: ip.source, destination: ip.destination, timeToLive: ip.timeToLive, identification: ip.identification,
      offset: descent.here.offset)
    if verifiesChecksums { descent.network.isIntact = isIntact(ip, bytes, &descent) }
    descent.here.offset += ip.length
    guard !ip.isFragment else { return try fragment(of: ip, bytes, &descent) }
    return try upperLayer(ip.protocolNumber, bytes, &descent)
  }

  /// Whether the header's checksum holds; one that was not captured whole never comes here.
  private func isIntact(_ ip: IPv4Header, _ bytes: Span<UInt8>, _ descent: inout Descent) -> Bool {
    InternetChecksum.holds(forIPv4Header: bytes.extracting(descent.here.offset..<descent.here.offset + ip.length))
  }

  private mutating func fragment(
    of ip: IPv4Header, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    if let reason = IPProtocol.reasonToSkipFragments(of: ip.protocolNumber) { return .skip(reason) }
    let key = FragmentKey(
      source: ip.source, destination: ip.destination, identification: UInt32(ip.identification),
      protocolNumber: ip.protocolNumber, encapsulation: descent.encapsulation)
    let place = FragmentPlace(
      offset: ip.fragmentOffset, hasMore: ip.hasMoreFragments, nextHeader: ip.protocolNumber)
    return try fragment(key, place, bytes, &descent)
  }
}
