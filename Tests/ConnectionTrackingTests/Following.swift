import ConnectionTracking
import PacketDecoding

/// What may come after a SYN.
struct Following: Sendable, CustomStringConvertible {
  let description: String
  let steps: @Sendable (inout SegmentWriter) -> [SavedConversation.Step]

  static let all =
    [Following(description: "nothing") { _ in [] }] + opens + others
    + [
      Following(description: "ICMP error") { [.error($0.unreachable())] },
      Following(description: "silence and an ICMP error") { writer in
        writer.wait += 100_000
        return [.error(writer.unreachable())]
      },
    ]

  private static let opens = [
    one("SYN again") { $0.client(.syn, 0) },
    one("the SYN as a copy") { writer in writer.copyOfSYN() },
    one("another SYN") { $0.client(.syn, 70_000) },
    one("SYN with data") { $0.client(.syn, 0, payload: 10) },
    one("SYN-ACK") { $0.server([.syn, .ack], 0, ack: 1) },
    one("SYN-ACK of something else") { $0.server([.syn, .ack], 0, ack: 500) },
    one("server's SYN") { $0.server(.syn, 0) },
    one("client's SYN-ACK") { $0.client([.syn, .ack], 0, ack: 1) },
    one("refusal") { $0.refusal(after: $0.wait) },
    one("refusal with a window") { writer in
      var segment = writer.refusal(after: writer.wait)
      segment.window = 1
      return segment
    },
    one("refusal with padding") { writer in
      var segment = writer.refusal(after: writer.wait)
      segment.wireLength += 6
      return segment
    },
    one("damaged refusal") { writer in
      var segment = writer.refusal(after: writer.wait)
      segment.checksum = .invalid
      return segment
    },
  ]

  private static let others = [
    one("server's RST") { $0.server(.rst, 1) },
    one("server's RST with ACK") { $0.server([.rst, .ack], 1, ack: 1) },
    one("RST of something else") { $0.server([.rst, .ack], 0, ack: 900) },
    one("client's RST") { $0.client(.rst, 1) },
    one("client's RST with ACK") { $0.client([.rst, .ack], 1, ack: 1) },
    one("client's ACK") { $0.client(.ack, 1, ack: 1) },
    one("server's ACK") { $0.server(.ack, 1, ack: 1) },
    one("client's data") { $0.client([.ack, .psh], 1, ack: 1, payload: 10) },
    one("server's data") { $0.server([.ack, .psh], 1, ack: 1, payload: 10) },
    one("client's FIN") { $0.client([.ack, .fin], 1, ack: 1) },
    one("server's FIN") { $0.server([.ack, .fin], 1, ack: 1) },
    one("no flags") { $0.client([], 1) },
    one("all flags") { $0.client([.syn, .fin, .rst, .psh, .ack, .urg], 0, ack: 1) },
    one("damaged segment") { writer in
      var segment = writer.client(.ack, 1, ack: 1)
      segment.checksum = .invalid
      return segment
    },
  ]

  private static func one(_ name: String, _ segment: @escaping @Sendable (inout SegmentWriter) -> Segment) -> Following
  {
    Following(description: name) { [.segment(segment(&$0))] }
  }
}

/// Makes the segments that come after a SYN, each some time after the one before.
struct SegmentWriter {
  /// Milliseconds until the next one.
  var wait: Int64 = 10
  private let syn: Segment
  private var time: Timestamp
  private var frame: UInt64
  /// Where the server's numbers begin.
  private static let serverISN = SequenceNumber(5000)

  init(after syn: Segment) {
    (self.syn, time, frame) = (syn, syn.time, syn.frame)
  }

  mutating func client(_ flags: TCPFlags, _ offset: Int, ack: Int? = nil, payload: Int = 0) -> Segment {
    var segment = next(from: syn.source, to: syn.destination, syn.sequence + offset, flags, payload)
    segment.acknowledgment = ack.map { Self.serverISN + $0 }
    if syn.options.kinds.contains(.timestamps) {
      segment.options.kinds.insert(.timestamps)
      segment.options.timestampValue = syn.options.timestampValue &+ 10
    }
    return segment
  }

  mutating func server(_ flags: TCPFlags, _ offset: Int, ack: Int? = nil, payload: Int = 0) -> Segment {
    var segment = next(from: syn.destination, to: syn.source, Self.serverISN + offset, flags, payload)
    segment.acknowledgment = ack.map { syn.sequence + $0 }
    if syn.options.kinds.contains(.timestamps), !flags.contains(.rst) {
      segment.options.kinds.insert(.timestamps)
      segment.options.timestampValue = 5
      segment.options.timestampEcho = syn.options.timestampValue
    }
    if flags.contains(.syn) {
      segment.options.kinds.formUnion(syn.options.kinds.intersection([.windowScale, .sackPermitted]))
    }
    return segment
  }

  /// The RST of a port where nothing listens.
  mutating func refusal(after milliseconds: Int64) -> Segment {
    wait = milliseconds
    var segment = next(from: syn.destination, to: syn.source, SequenceNumber(0), [.rst, .ack], 0)
    segment.acknowledgment = syn.sequence + 1
    segment.window = 0
    return segment
  }

  mutating func copyOfSYN() -> Segment {
    let template = next(from: syn.source, to: syn.destination, syn.sequence, .syn, 0)
    var segment = syn
    (segment.time, segment.frame) = (template.time, template.frame)
    return segment
  }

  mutating func unreachable() -> ICMPError {
    let segment = client(.syn, 0)
    return ICMPError(
      time: segment.time, frame: segment.frame, reporter: syn.destination.address, type: 3, code: 3, source: syn.source,
      destination: syn.destination, encapsulation: syn.encapsulation, sequence: syn.sequence)
  }

  /// A handshake, data, and a RST.
  mutating func rest() -> [SavedConversation.Step] {
    wait = 10
    return [
      .segment(server([.syn, .ack], 0, ack: 1)), .segment(client(.ack, 1, ack: 1)),
      .segment(client([.ack, .psh], 1, ack: 1, payload: 100)), .segment(server(.ack, 1, ack: 101)),
      .segment(server([.rst, .ack], 1, ack: 101)),
    ]
  }

  private mutating func next(
    from source: SocketAddress, to destination: SocketAddress, _ sequence: SequenceNumber, _ flags: TCPFlags,
    _ payload: Int
  ) -> Segment {
    time = time.advanced(byNanoseconds: wait * 1_000_000)
    frame += 1
    var segment = Segment(
      time: time, frame: frame, source: source, destination: destination, sequence: sequence, flags: flags,
      window: 501, wirePayloadLength: payload)
    segment.encapsulation = syn.encapsulation
    segment.timeToLive = 60
    segment.wireLength = payload + (source.address.isIPv6 ? 60 : 40)
    segment.identification = source.address.isIPv6 ? nil : 700 &+ UInt16(truncatingIfNeeded: frame - syn.frame)
    return segment
  }
}
