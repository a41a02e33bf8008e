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

/// The state of the descent through the layers of one packet.
///
/// Passed as `inout` everywhere, also where it is only read, and not copyable: a borrowed structure of this size is
/// copied in practice, and copies cost more here than reading the headers does.
struct Descent: ~Copyable {
  let info: PacketInfo
  var here: Position
  /// The innermost IP header passed.
  var network = NetworkHeader()
  var encapsulation = EncapsulationID.none
  /// How many encapsulations have been unwrapped.
  var depth = 0
  /// The bytes are those of a datagram put together from fragments.
  var isReassembled = false

  init(_ info: PacketInfo, captured: Int) {
    self.info = info
    here = Position(offset: 0, wireEnd: max(info.originalLength, captured))
  }
}

/// Where the next layer begins, and how far it may reach.
struct Position {
  /// Where the next layer begins in the bytes.
  var offset: Int
  /// Where the layer around the next one ends on the wire: beyond the captured bytes when a snap length cut them.
  var wireEnd: Int

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
