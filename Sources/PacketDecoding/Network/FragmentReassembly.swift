extension PacketDecoder {
  /// How long the list of datagrams by age is, gone ones included: for the tests of its bound.
  package var notedArrivals: Int { fragments.notedArrivals }

  /// Takes a fragment whose payload begins at the descent's offset, and goes on with the datagram it completes.
  mutating func fragment(
    _ key: FragmentKey, _ place: FragmentPlace, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    let wireLength = max(0, descent.here.wireEnd - descent.here.offset)
    let captured = (descent.here.offset..<descent.here.offset + wireLength).clamped(to: bytes.indices)
    let outcome = fragments.insert(
      bytes.extracting(captured), wireLength: wireLength, at: place, of: key, timeToLive: descent.network.timeToLive,
      time: descent.info.time)
    switch outcome {
    case .waiting: return .skip(.fragment)
    case .dropped: return .skip(.fragmentDropped)
    case .complete(let datagram):
      guard enter(nil, &descent) else { return .skip(.tooDeep) }
      return try enter(datagram, &descent)
    }
  }

  /// Goes on inside a datagram put together, in the encapsulation of its last fragment.
  private mutating func enter(
    _ datagram: FragmentTable.Datagram, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    reassembled = datagram.bytes
    descent.network.timeToLive = datagram.timeToLive
    // The datagram's bytes begin behind the headers of the fragment, which count into its length all the same.
    descent.network.offset -= descent.here.offset
    descent.here.offset = 0
    descent.here.wireEnd = datagram.wireLength
    descent.isReassembled = true
    let bytes = datagram.bytes.span
    return descent.network.source.isIPv6
      ? try extensions(from: datagram.nextHeader, bytes, &descent)
      : try upperLayer(datagram.nextHeader, bytes, &descent)
  }
}
