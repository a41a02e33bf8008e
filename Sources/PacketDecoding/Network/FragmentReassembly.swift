extension PacketDecoder {
  /// Takes a fragment whose payload begins at the descent's offset, and goes on with the datagram it completes.
  mutating func fragment(
    _ key: FragmentKey, _ place: FragmentPlace, _ header: NetworkHeader, _ bytes: Span<UInt8>,
    _ descent: inout Descent
  ) throws(DecodeError) -> DecodedPacket {
    let wireLength = max(0, descent.wireEnd - descent.offset)
    let captured = (descent.offset..<descent.offset + wireLength).clamped(to: bytes.indices)
    let outcome = fragments.insert(
      bytes.extracting(captured), wireLength: wireLength, at: place, of: key, timeToLive: header.timeToLive,
      time: descent.info.time)
    switch outcome {
    case .waiting: return .other(.fragment)
    case .dropped: return .other(.fragmentDropped)
    case .complete(let datagram):
      guard enter(nil, &descent) else { return .other(.tooDeep) }
      return try decode(datagram, header, descent)
    }
  }

  /// Decodes a datagram put together, in the encapsulation of its last fragment.
  private mutating func decode(
    _ datagram: FragmentTable.Datagram, _ header: NetworkHeader, _ outer: Descent
  ) throws(DecodeError) -> DecodedPacket {
    reassembled = datagram.bytes
    var header = header
    header.timeToLive = datagram.timeToLive
    var descent = outer
    descent.offset = 0
    descent.wireEnd = datagram.wireLength
    descent.isReassembled = true
    let bytes = datagram.bytes.span
    return header.source.isIPv6
      ? try extensions(from: datagram.nextHeader, &header, bytes, &descent)
      : try upperLayer(datagram.nextHeader, header, bytes, &descent)
  }
}
