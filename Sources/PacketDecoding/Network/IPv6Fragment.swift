/// The IPv6 fragment header (RFC 8200 §4.5).
extension PacketDecoder {
  private static let fragmentLength = 8

  /// Skips a fragment header that says the datagram is whole (RFC 6946).
  ///
  /// - Returns: the header after it; nil, without a step taken, for a true fragment.
  func atomicFragment(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> UInt8? {
    try skipFragmentHeader(bytes, &descent) { $0 & 0xFFF9 == 0 }
  }

  /// Skips the header of a fragment that begins its datagram, as a quote may hold it.
  ///
  /// - Returns: the header after it; nil, without a step taken, for a later fragment.
  func firstFragment(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> UInt8? {
    try skipFragmentHeader(bytes, &descent) { $0 & 0xFFF8 == 0 }
  }

  private func skipFragmentHeader(
    _ bytes: Span<UInt8>, _ descent: inout Descent, where isAccepted: (UInt16) -> Bool
  ) throws(DecodeError) -> UInt8? {
    try descent.here.require(Self.fragmentLength, of: .ipv6Extension, in: bytes)
    guard isAccepted(bytes.bigEndian16(at: descent.here.offset + 2)) else { return nil }
    let next = bytes[descent.here.offset]
    descent.here.offset += Self.fragmentLength
    return next
  }

  /// A true fragment, whose header lies at the descent's offset.
  mutating func fragment(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    let next = bytes[descent.here.offset]
    if let reason = IPProtocol.reasonToSkipFragments(of: next) { return .skip(reason) }
    let field = bytes.bigEndian16(at: descent.here.offset + 2)
    let hasMore = field & 1 == 1
    // Every fragment but the last fills whole units of 8 bytes; a receiver refuses one that does not.
    let length = descent.here.wireEnd - descent.here.offset - Self.fragmentLength
    guard !hasMore || length % 8 == 0 else {
      throw descent.here.error(.badLength, in: .ipv6Extension, needed: length & ~7, available: length)
    }
    let identification = bytes.bigEndian32(at: descent.here.offset + 4)
    descent.here.offset += Self.fragmentLength
    let key = FragmentKey(
      source: descent.network.source, destination: descent.network.destination, identification: identification,
      protocolNumber: 0, encapsulation: descent.encapsulation)
    let place = FragmentPlace(offset: Int(field & 0xFFF8), hasMore: hasMore, nextHeader: next)
    return try fragment(key, place, bytes, &descent)
  }
}
