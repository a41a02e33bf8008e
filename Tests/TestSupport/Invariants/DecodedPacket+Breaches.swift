package import PacketDecoding

extension DecodedPacket {
  /// What of this answer does not fit the bytes it was given for; empty where all does.
  ///
  /// - Parameters:
  ///   - bytes: what was decoded.
  ///   - decoder: who decoded it, and nothing since.
  package func breaches(of bytes: [UInt8], by decoder: PacketDecoder) -> [String] {
    switch self {
    case .segment(let segment): segment.breaches(of: bytes, by: decoder)
    case .malformed(let error): error.breaches
    case .icmpError(let error): error.breaches
    case .other: []
    }
  }
}

extension Segment {
  fileprivate func breaches(of bytes: [UInt8], by decoder: PacketDecoder) -> [String] {
    var result: [String] = []
    if wirePayloadLength < payload.count { result.append("more payload captured than was on the wire") }
    if wireLength < wirePayloadLength + 40 { result.append("a wire length without room for the headers") }
    if !isReassembled, payload.upperBound > bytes.count { result.append("payload beyond the captured bytes") }
    if (acknowledgment != nil) != flags.contains(.ack) { result.append("an acknowledgment without ACK") }
    if source.address.isIPv6 != destination.address.isIPv6 { result.append("ends of two families") }
    if (identification == nil) != source.address.isIPv6 { result.append("an identification of the wrong family") }
    if options.sackBlocks.isEmpty == options.kinds.contains(.sack) { result.append("SACK without blocks") }
    let lent = decoder.withPayload(of: self, in: bytes.span) { $0.count }
    if lent != payload.count { result.append("\(lent) of \(payload.count) payload bytes lent") }
    return result
  }
}

extension ICMPError {
  fileprivate var breaches: [String] {
    source.address.isIPv6 == destination.address.isIPv6 ? [] : ["an ICMP error about ends of two families"]
  }
}

extension DecodeError {
  fileprivate var breaches: [String] {
    var result: [String] = []
    if problem == .truncated, available >= needed { result.append("truncated with all that was needed") }
    if available < 0 || needed < 0 || offset < 0 { result.append("a negative length in an error") }
    return result
  }
}

extension DecoderStatistics {
  /// What is kept beyond the limits.
  package func breaches(of limits: DecoderLimits) -> [String] {
    incompleteDatagrams > limits.datagrams ? ["\(incompleteDatagrams) datagrams wait"] : []
  }
}
