/// Turns captured bytes into TCP segments.
///
/// Any bytes whatsoever give a ``DecodedPacket``; nothing traps. The decoder keeps state only for what spans packets:
/// the fragments it waits to put together, and the encapsulations it has numbered.
public struct PacketDecoder: Sendable {
  /// Whether the checksums of segments captured in full are computed, which reads their payload.
  public let verifiesChecksums: Bool
  /// What the decoder keeps at most.
  public let limits: DecoderLimits
  var fragments: FragmentTable
  var numbering: EncapsulationNumbering
  /// The datagram put together last, the source of the segments that say ``Segment/isReassembled``.
  var reassembled: [UInt8] = []

  public init(limits: DecoderLimits = DecoderLimits(), verifiesChecksums: Bool = false) {
    self.limits = limits
    self.verifiesChecksums = verifiesChecksums
    fragments = FragmentTable(limits: limits)
    numbering = EncapsulationNumbering(limit: limits.encapsulations)
  }

  /// Decodes one packet.
  ///
  /// - Parameters:
  ///   - bytes: what was captured of it, from the link layer on.
  ///   - info: the capture's own word on it.
  public mutating func decode(_ bytes: Span<UInt8>, _ info: PacketInfo) -> DecodedPacket {
    var segment = Segment.empty
    return switch decode(bytes, info, into: &segment) {
    case .segment: .segment(segment)
    case .icmpError(let error): .icmpError(error)
    case .other(let reason): .other(reason)
    case .malformed(let error): .malformed(error)
    }
  }

  /// Decodes one packet into a segment that is already there, for loops that cannot afford to copy one per packet.
  ///
  /// - Parameters:
  ///   - bytes: what was captured of it, from the link layer on.
  ///   - info: the capture's own word on it.
  ///   - segment: overwritten in full when the packet is a TCP segment; otherwise what it holds is of no use.
  public mutating func decode(
    _ bytes: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment
  ) -> PacketKind {
    readPlainFrame(bytes, info, into: &segment) ? .segment : descend(bytes, info, into: &segment)
  }

  /// Goes through the layers one by one, also where a plain frame could be read in one go.
  @inline(never)
  package mutating func descend(_ bytes: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment) -> PacketKind {
    var descent = Descent(info, captured: bytes.count)
    do {
      let landing = try link(bytes, &descent)
      guard descent.isReassembled else { return try land(landing, bytes, &descent, &segment) }
      let datagram = reassembled
      return try land(landing, datagram.span, &descent, &segment)
    } catch {
      return .malformed(error)
    }
  }

  /// Reads what the descent came to. Mutating, as all of the hot path is, for a borrow of the decoder is a copy.
  private mutating func land(
    _ landing: Landing, _ bytes: Span<UInt8>, _ descent: inout Descent, _ segment: inout Segment
  ) throws(DecodeError) -> PacketKind {
    switch landing {
    case .tcp:
      try tcp(bytes, &descent, &segment)
      return .segment
    case .icmp: return try icmp(bytes, &descent)
    case .icmpv6: return try icmpv6(bytes, &descent)
    case .skip(let reason): return .other(Self.reason(reason, bytes, &descent))
    }
  }

  /// Lends `body` the captured payload of `segment`, which this decoder made last from `bytes`.
  ///
  /// The payload lies in `bytes`, except for a segment put together from fragments: those bytes stay in the decoder
  /// until it puts the next datagram together, so such a segment wants its payload read before the next packet is
  /// decoded. A range that does not fit the bytes is cut to fit.
  @inlinable
  public func withPayload<Result: ~Copyable, Failure: Error>(
    of segment: Segment, in bytes: Span<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if segment.isReassembled { return try withReassembled(segment.payload, body) }
    return try body(bytes.extracting(segment.payload.clamped(to: bytes.indices)))
  }

  @usableFromInline
  func withReassembled<Result: ~Copyable, Failure: Error>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(reassembled.span.extracting(range.clamped(to: reassembled.indices)))
  }

  /// The encapsulations met so far; a copy of it stays as it is.
  public var encapsulations: EncapsulationTable { numbering.table }

  /// Brings `table`, a copy of ``encapsulations``, up to what was met since.
  ///
  /// Mutating although it changes nothing here: after every few packets, a copy of the decoder would be too dear.
  package mutating func update(_ table: inout EncapsulationTable) {
    if table.count != numbering.table.count { table = numbering.table }
  }

  /// The encapsulation a segment of this decoder came in; nil for ``EncapsulationID/none``,
  /// ``EncapsulationID/unnumbered`` and the numbers of another decoder.
  public func encapsulation(_ id: EncapsulationID) -> Encapsulation? { encapsulations[id] }

  /// What the decoder had to give up so far, and what it still waits for.
  public var statistics: DecoderStatistics {
    var statistics = fragments.statistics
    statistics.unnumberedEncapsulations = numbering.refused
    return statistics
  }
}
