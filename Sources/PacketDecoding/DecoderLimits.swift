/// What a ``PacketDecoder`` keeps at most, so that no input makes it grow without end.
public struct DecoderLimits: Sendable, Hashable {
  /// Datagrams whose fragments are waited for at one time; the oldest gives way.
  public var datagrams = 1024
  /// Bytes of fragments kept at one time, as Linux's `ipfrag_high_thresh`; the oldest datagram gives way.
  public var fragmentBytes = 4 << 20
  /// Different encapsulations that get a number of their own, 65 534 at most; all further ones share
  /// ``EncapsulationID/unnumbered``.
  public var encapsulations = 65_534
  /// Encapsulations inside one another, tags and tunnels together; what lies deeper is ``SkipReason/tooDeep``.
  public var depth = 16

  public init() {}
}

/// What became of fragments and encapsulations: the part of the decoder's work that no single packet tells.
public struct DecoderStatistics: Sendable, Hashable {
  /// Datagrams put together from their fragments.
  public var reassembledDatagrams = 0
  /// Datagrams whose fragments still wait for the rest.
  public var incompleteDatagrams = 0
  /// Datagrams given up since the rest did not come in time.
  public var expiredDatagrams = 0
  /// Datagrams given up since their fragments overlapped or contradicted each other.
  public var overlappingDatagrams = 0
  /// Datagrams given up to make room: ``DecoderLimits/datagrams`` or ``DecoderLimits/fragmentBytes`` was reached.
  public var evictedDatagrams = 0
  /// Packets whose encapsulation got no number of its own: ``DecoderLimits/encapsulations`` was reached.
  public var unnumberedEncapsulations = 0

  public init() {}
}
