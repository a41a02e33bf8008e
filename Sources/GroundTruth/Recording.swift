/// What really happened in one recorded scenario: the `NAME.truth.json` beside its captures.
///
/// The kernel's word, not an inference: socket states read through `sock_diag`, transitions from the tracepoint
/// `sock:inet_sock_set_state`, and every packet at both hosts. Times are nanoseconds since the epoch.
public struct Recording: Codable, Sendable {
  public var scenario: String
  /// What the scenario shows, in one sentence.
  public var summary: String?
  /// The addresses of host A and of host B.
  public var a: [String]
  public var b: [String]
  public var checks: [Checkpoint]
  /// Empty where the kernel offers no tracefs.
  public var kernelTrace: [KernelTransition]
  public var log: [LoggedPacket]
  /// The ICMP errors that reached the hosts; nil where there were none.
  public var rejections: [LoggedRejection]?
  /// The address of a host, by the one that a router on the way has its peers call it by; nil without such a router.
  public var translations: [String: String]?
  public var end: Int64

  public init(
    scenario: String, summary: String?, a: [String], b: [String], checks: [Checkpoint],
    kernelTrace: [KernelTransition], log: [LoggedPacket], rejections: [LoggedRejection]? = nil,
    translations: [String: String]? = nil, end: Int64
  ) {
    self.scenario = scenario
    self.summary = summary
    self.a = a
    self.b = b
    self.checks = checks
    self.kernelTrace = kernelTrace
    self.log = log
    self.rejections = rejections
    self.translations = translations
    self.end = end
  }

  enum CodingKeys: String, CodingKey {
    case scenario, summary, a, b, checks, log, rejections, translations, end
    case kernelTrace = "kernel_trace"
  }
}

/// One of the two hosts of a recording.
public enum Side: String, Codable, Sendable, Hashable, CaseIterable {
  case a, b

  public var other: Side { self == .a ? .b : .a }
}

/// A named moment at which every TCP socket of both hosts was read.
public struct Checkpoint: Codable, Sendable {
  public var label: String
  /// Just before the sockets were read, and just after.
  public var t0: Int64
  public var t1: Int64
  public var a: [SocketRow]
  public var b: [SocketRow]

  public init(label: String, t0: Int64, t1: Int64, a: [SocketRow], b: [SocketRow]) {
    self.label = label
    self.t0 = t0
    self.t1 = t1
    self.a = a
    self.b = b
  }

  public subscript(side: Side) -> [SocketRow] { side == .a ? a : b }
}

/// One socket as `ss -tan` prints it.
public struct SocketRow: Codable, Sendable, Hashable {
  /// The state in the spelling of `ss`: `ESTAB`, `FIN-WAIT-1`, ...
  public var state: String
  /// `ADDRESS:PORT`, an IPv6 address in brackets.
  public var local: String
  public var peer: String

  public init(state: String, local: String, peer: String) {
    self.state = state
    self.local = local
    self.peer = peer
  }
}

/// One line of the tracepoint `sock:inet_sock_set_state`, fields named as the kernel names them.
public struct KernelTransition: Codable, Sendable {
  public var t: Int64
  public var family: String
  public var `protocol`: String
  public var sport: String
  public var dport: String
  public var saddr: String
  public var daddr: String
  public var saddrv6: String
  public var daddrv6: String
  public var oldstate: String
  public var newstate: String

  public init(
    t: Int64, family: String, protocol: String, sport: String, dport: String, saddr: String, daddr: String,
    saddrv6: String, daddrv6: String, oldstate: String, newstate: String
  ) {
    self.t = t
    self.family = family
    self.protocol = `protocol`
    self.sport = sport
    self.dport = dport
    self.saddr = saddr
    self.daddr = daddr
    self.saddrv6 = saddrv6
    self.daddrv6 = daddrv6
    self.oldstate = oldstate
    self.newstate = newstate
  }
}

/// One TCP segment at one host's own end: sent by it (lost later or not), or delivered to it.
///
/// Written as a JSON array in the order of the properties.
public struct LoggedPacket: Codable, Sendable, Hashable {
  public var time: Int64
  public var side: Side
  public var isSent: Bool
  public var segment: SegmentSignature

  public init(time: Int64, side: Side, isSent: Bool, segment: SegmentSignature) {
    self.time = time
    self.side = side
    self.isSent = isSent
    self.segment = segment
  }

  public init(from decoder: any Decoder) throws {
    var fields = try decoder.unkeyedContainer()
    time = try fields.decode(Int64.self)
    side = try fields.decode(Side.self)
    isSent = try fields.decode(String.self) == "tx"
    segment = try SegmentSignature(
      source: fields.decode(String.self), sourcePort: fields.decode(UInt16.self),
      destination: fields.decode(String.self), destinationPort: fields.decode(UInt16.self),
      flags: fields.decode(UInt16.self), sequence: fields.decode(UInt32.self),
      acknowledgment: fields.decode(UInt32.self), payloadLength: fields.decode(Int.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.unkeyedContainer()
    try fields.encode(time)
    try fields.encode(side)
    try fields.encode(isSent ? "tx" : "rx")
    try fields.encode(segment.source)
    try fields.encode(segment.sourcePort)
    try fields.encode(segment.destination)
    try fields.encode(segment.destinationPort)
    try fields.encode(segment.flags)
    try fields.encode(segment.sequence)
    try fields.encode(segment.acknowledgment)
    try fields.encode(segment.payloadLength)
  }
}

/// An ICMP error that reached the host whose segment it quotes.
public struct LoggedRejection: Codable, Sendable, Hashable {
  public var t: Int64
  /// The ends of the segment it quotes, `ADDRESS:PORT` as in a ``SocketRow``.
  public var local: String
  public var peer: String

  public init(t: Int64, local: String, peer: String) {
    self.t = t
    self.local = local
    self.peer = peer
  }
}

/// What tells one segment from another in the log.
public struct SegmentSignature: Sendable, Hashable {
  public var source: String
  public var sourcePort: UInt16
  public var destination: String
  public var destinationPort: UInt16
  public var flags: UInt16
  public var sequence: UInt32
  /// The field as it stood, 0 without the ACK flag.
  public var acknowledgment: UInt32
  public var payloadLength: Int

  public init(
    source: String, sourcePort: UInt16, destination: String, destinationPort: UInt16, flags: UInt16,
    sequence: UInt32, acknowledgment: UInt32, payloadLength: Int
  ) {
    self.source = source
    self.sourcePort = sourcePort
    self.destination = destination
    self.destinationPort = destinationPort
    self.flags = flags
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.payloadLength = payloadLength
  }
}
