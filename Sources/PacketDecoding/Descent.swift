/// What lies under the link, network and tunnel layers, once the descent through them has come to an end.
///
/// It is a word, not the packet decoded: a ``Segment`` is large, and every layer that handed one up would copy it.
enum Landing {
  /// A TCP header at the descent's offset.
  case tcp
  case icmp
  case icmpv6
  case skip(SkipReason)
}

/// Where the descent through the layers of one packet stands.
///
/// Not copyable, so that no layer makes a copy on the way unseen: copies cost more than reading the headers does.
struct Descent: ~Copyable {
  let info: PacketInfo
  /// Where the next layer begins in the bytes.
  var offset = 0
  /// Where the layer around the next one ends on the wire: beyond the captured bytes when a snap length cut them.
  var wireEnd: Int
  var encapsulation = EncapsulationID.none
  /// How many encapsulations have been unwrapped.
  var depth = 0
  /// The bytes are those of a datagram put together from fragments.
  var isReassembled = false
  /// The innermost IP header passed.
  var network = NetworkHeader()

  init(_ info: PacketInfo, captured: Int) {
    self.info = info
    wireEnd = max(info.originalLength, captured)
  }

  /// The one length check of a layer: `length` bytes from ``offset`` on were captured.
  @inline(__always)
  func require(_ length: Int, of layer: DecodeError.Layer, in bytes: Span<UInt8>) throws(DecodeError) {
    guard min(bytes.count, wireEnd) - offset < length else { return }
    throw shortage(length, of: layer, in: bytes)
  }

  @inline(never)
  private func shortage(_ length: Int, of layer: DecodeError.Layer, in bytes: Span<UInt8>) -> DecodeError {
    error(
      length > wireEnd - offset ? .badLength : .truncated, in: layer, needed: length,
      available: max(0, min(bytes.count, wireEnd) - offset))
  }

  /// An error in the layer that begins at ``offset``.
  func error(
    _ problem: DecodeError.Problem, in layer: DecodeError.Layer, needed: Int, available: Int
  ) -> DecodeError {
    DecodeError(layer: layer, problem: problem, offset: offset, needed: needed, available: available)
  }
}
