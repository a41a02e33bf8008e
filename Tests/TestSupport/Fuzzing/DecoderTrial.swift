package import PacketDecoding

/// Any bytes through the decoder, held against what every answer keeps to.
///
/// The input is a byte for the decoder, then packets: a byte for the link type, one for what the snap length cut, two for
/// the captured length, the captured bytes. Several packets share the decoder, for fragments are put together across
/// them.
package struct DecoderTrial {
  package static let linkTypes: [LinkType] = [
    .ethernet, .linuxCooked, .linuxCooked2, .raw, .null, .ppp, .pppHDLC, .pppEthernet, .ipv4, .ipv6, .loop, .ciscoHDLC,
    .rawDLT, .rawOpenBSD, LinkType(rawValue: 189), LinkType(rawValue: -1),
  ]
  /// Packets an input may hold; further bytes say nothing.
  private static let maximumPackets = 16

  private var decoder: PacketDecoder
  /// Goes through the layers one by one where the other reads plain frames in one go; both must say the same.
  private var layered: PacketDecoder
  /// Where all segments go, as in a batch: nothing of the one before may be left in it.
  private var segment = Self.untouched
  private var frame: UInt64 = 0

  private init(_ options: UInt8) {
    var limits = DecoderLimits()
    if options & 1 != 0 { (limits.datagrams, limits.fragmentBytes, limits.encapsulations) = (2, 256, 2) }
    decoder = PacketDecoder(limits: limits, verifiesChecksums: options & 2 != 0)
    layered = decoder
  }

  /// Decodes the packets of an input.
  ///
  /// - Returns: what of the answers cannot be; empty where all can.
  package static func breaches(_ bytes: [UInt8]) -> [String] {
    var input = FuzzInput(bytes)
    var trial = DecoderTrial(input.byte())
    var result: [String] = []
    while !input.isAtEnd, trial.frame < maximumPackets { result += trial.decode(FuzzPacket(from: &input)) }
    return result + trial.decoder.statistics.breaches(of: trial.decoder.limits)
  }

  /// An input that holds `packets`.
  package static func input(_ packets: [FuzzPacket]) -> [UInt8] {
    packets.prefix(maximumPackets).reduce(into: [0]) { $0 += $1.encoded }
  }

  private mutating func decode(_ packet: FuzzPacket) -> [String] {
    frame += 1
    let info = packet.info(frame, at: Timestamp(seconds: 1_700_000_000 + Int64(frame), nanoseconds: 0))
    let decoded = DecodedPacket(decoder.decode(packet.bytes.span, info, into: &segment), segment)
    var untouched = Self.untouched
    let layer = DecodedPacket(layered.descend(packet.bytes.span, info, into: &untouched), untouched)
    let difference = decoded == layer ? [] : ["\(decoded), but layer by layer \(layer)"]
    return decoded.breaches(of: packet.bytes, by: decoder) + difference
  }

  private static let untouched = Segment(
    time: Timestamp(nanoseconds: 0), frame: 0, source: SocketAddress(address: IPAddress(v4: 0), port: 0),
    destination: SocketAddress(address: IPAddress(v4: 0), port: 0), sequence: SequenceNumber(0), flags: [])
}

extension DecodedPacket {
  fileprivate init(_ kind: PacketKind, _ segment: Segment) {
    self =
      switch kind {
      case .segment: .segment(segment)
      case .icmpError(let error): .icmpError(error)
      case .other(let reason): .other(reason)
      case .malformed(let error): .malformed(error)
      }
  }
}

/// A captured packet in a fuzzer's input.
package struct FuzzPacket: Sendable {
  package var linkType: LinkType
  /// Bytes that the snap length cut.
  package var cut: Int
  package var bytes: [UInt8]

  package init(_ bytes: [UInt8], linkType: LinkType, cut: Int = 0) {
    self.bytes = bytes
    self.linkType = linkType
    self.cut = cut
  }

  init(from input: inout FuzzInput) {
    linkType = DecoderTrial.linkTypes[Int(input.byte() & 0xF)]
    let cut = Int(input.byte())
    // Small numbers as they are, great ones up to beyond what any IP packet can have.
    self.cut = cut < 192 ? cut : (cut - 191) * 1100
    bytes = input.bytes(input.number())
  }

  var encoded: [UInt8] {
    let link = DecoderTrial.linkTypes.firstIndex(of: linkType) ?? 14
    let length = UInt16(truncatingIfNeeded: min(bytes.count, 65_535))
    return [UInt8(link), UInt8(min(cut, 191)), UInt8(length >> 8), UInt8(length & 0xFF)] + bytes.prefix(65_535)
  }

  func info(_ frame: UInt64, at time: Timestamp) -> PacketInfo {
    PacketInfo(time: time, frame: frame, originalLength: bytes.count + cut, linkType: linkType)
  }
}
