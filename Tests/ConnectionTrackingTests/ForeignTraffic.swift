import PacketDecoding
import TestSupport

/// Connections of hosts that no capture of ours knows: as many packets of theirs as are asked for, each of them twice.
struct ForeignTraffic {
  /// How long after a packet its copy comes.
  private static let copyDelay: Int64 = 500_000
  private var random: SeededGenerator
  private var connections: [ForeignConnection] = []
  private var copies: [Segment] = []
  private var count: UInt16 = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    connections = (0..<48).map { _ in ForeignConnection(using: &random) }
  }

  /// Segments at `times`, which are in order, and the copies of earlier ones that are due up to `end`.
  mutating func segments(at times: [Timestamp], until end: Timestamp) -> [Segment] {
    var segments = times.map { segment(at: $0) }
    copies += segments.map { segment in
      var copy = segment
      copy.time = segment.time.advanced(byNanoseconds: Self.copyDelay)
      return copy
    }
    segments += copies.filter { $0.time <= end }
    copies.removeAll { $0.time <= end }
    return segments.sorted { $0.time < $1.time }
  }

  private mutating func segment(at time: Timestamp) -> Segment {
    let index = Int.random(in: connections.indices, using: &random)
    if connections[index].isOver { connections[index] = ForeignConnection(using: &random) }
    count &+= 1
    var segment = connections[index].next(at: time)
    // The same numbers as those of the conversations that they are merged into.
    segment.identification = segment.source.address.isIPv6 ? nil : count % 8 == 0 ? 0 : 500 + count % 64
    if count % 32 == 0 { segment.checksum = .invalid }
    return segment
  }
}

/// One connection, or what there is of it.
private struct ForeignConnection {
  private struct Step {
    var isFromClient = true
    var flags: TCPFlags
    var length = 0

    static func client(_ flags: TCPFlags, _ length: Int = 0) -> Step { Step(flags: flags, length: length) }
    static func server(_ flags: TCPFlags, _ length: Int = 0) -> Step {
      Step(isFromClient: false, flags: flags, length: length)
    }
  }

  private static let opening: [Step] = [.client(.syn), .server([.syn, .ack]), .client(.ack)]
  private static let exchange: [Step] = [
    .client([.psh, .ack], 100), .server(.ack), .server([.psh, .ack], 300), .client(.ack),
  ]
  private static let close: [Step] = [.client([.fin, .ack]), .server(.ack), .server([.fin, .ack]), .client(.ack)]
  private static let lives: [[Step]] = [
    opening + exchange + close,
    opening + exchange + [.server([.fin, .ack]), .client([.fin, .ack]), .server(.ack)],
    opening + exchange + [.client([.rst, .ack])],
    // The middle of one.
    exchange + exchange + close,
    // Half-open, with the SYN-ACK again; and a flood of SYNs.
    [.client(.syn), .server([.syn, .ack]), .server([.syn, .ack])],
    [.client(.syn), .server([.syn, .ack])],
    [.client(.syn)], [.client(.syn)],
    [.client(.syn), .server([.rst, .ack])],
    // Floods of FINs and RSTs.
    [.client([.fin, .ack])], [.server(.rst)],
  ]

  private let life: [Step]
  private let ends: [SocketAddress]
  private let hasTimestamps: Bool
  private var taken = 0
  private var numbers: [UInt32]

  init(using random: inout SeededGenerator) {
    life = Self.lives.randomElement(using: &random) ?? []
    let isIPv6 = Bool.random(using: &random)
    let client = SocketAddress(
      address: Self.address(isIPv6, .random(in: 0x100...0xFFFF, using: &random)),
      port: .random(in: 1024...65_535, using: &random))
    // A few listeners, so that each has many connections half-open.
    let server = SocketAddress(address: Self.address(isIPv6, .random(in: 1...3, using: &random)), port: 80)
    ends = [client, server]
    hasTimestamps = Bool.random(using: &random)
    numbers = [WireScript.clientISN, WireScript.serverISN]
  }

  /// RFC 2544's addresses of benchmarks; a prefix for documentation.
  private static func address(_ isIPv6: Bool, _ host: UInt32) -> IPAddress {
    isIPv6 ? IPAddress(v6High: 0x3FFF_0BAD << 32, low: UInt64(host)) : IPAddress(v4: 0xC612_0000 + host)
  }

  var isOver: Bool { taken == life.count }

  mutating func next(at time: Timestamp) -> Segment {
    let step = life[taken]
    taken += 1
    let sender = step.isFromClient ? 0 : 1
    var segment = Segment(
      time: time, frame: 0, source: ends[sender], destination: ends[1 - sender],
      sequence: SequenceNumber(numbers[sender]),
      acknowledgment: step.flags.contains(.ack) ? SequenceNumber(numbers[1 - sender]) : nil, flags: step.flags,
      window: taken == 6 ? 0 : 64_240, wirePayloadLength: step.length)
    segment.wireLength = step.length + 40
    segment.timeToLive = 64
    if step.flags.contains(.syn) {
      segment.options.kinds.insert(.maximumSegmentSize)
      segment.options.maximumSegmentSize = 1460
    }
    if hasTimestamps {
      segment.options.kinds.insert(.timestamps)
      segment.options.timestampValue = UInt32(truncatingIfNeeded: time.nanoseconds / 1_000_000)
    }
    numbers[sender] = segment.sequenceEnd.rawValue
    return segment
  }
}

/// An input into which other traffic is merged, at the rate of 200,000 packets a second wherever there is any.
struct MergedTraffic {
  private static let spacing: Int64 = 5000

  private(set) var steps: [TrackerStep] = []
  /// Of each frame of the original input, what it was.
  private(set) var frames: [UInt64: UInt64] = [:]
  private var now: Int64?
  private var frame: UInt64 = 0

  /// Merges traffic of hosts of its own.
  ///
  /// - Parameters:
  ///   - burst: foreign packets before and after each of the original's.
  ///   - timers: nanoseconds after a packet of the original at which something may end by itself.
  init(_ original: [TrackerStep], _ foreign: inout ForeignTraffic, burst: Int, timers: Set<Int64>) {
    var due: [Int64] = []
    for step in original {
      let next = max(now ?? .min, step.time.nanoseconds)
      let end = Timestamp(nanoseconds: next)
      let times = Self.times(from: now ?? next - Int64(burst) * Self.spacing, to: next, burst: burst, due)
      for segment in foreign.segments(at: times, until: end) {
        add(.segment(segment, payload: Self.payload(of: segment)))
      }
      addOriginal(step)
      due = Array((due + timers.map { next &+ $0 }).filter { $0 > next }.suffix(6))
    }
  }

  /// Merges an input with itself, each packet beside its copy between other addresses.
  init(_ original: [TrackerStep], besides mask: AddressMask, using random: inout SeededGenerator) {
    for step in original {
      let copy = step.moved(by: mask)
      let isFirst = Bool.random(using: &random)
      if isFirst { addOriginal(copy) }
      addOriginal(step)
      if !isFirst { addOriginal(copy) }
    }
  }

  private mutating func addOriginal(_ step: TrackerStep) {
    add(step)
    frames[frame] = step.frame
  }

  /// Frames are numbered as though traffic had gone on all the time.
  private mutating func add(_ step: TrackerStep) {
    let next = max(now ?? .min, step.time.nanoseconds)
    let elapsed = UInt64(max(0, next.subtractingReportingOverflow(now ?? next).partialValue)) / UInt64(Self.spacing)
    now = next
    // A timeline tells of frames up to 2³⁶.
    frame += 1 + (frame < 1 << 34 ? min(elapsed, 1 << 33) : 0)
    steps.append(step.numbered(frame))
  }

  /// When foreign packets pass between two of the original's: about either, and when a timer may end.
  private static func times(from start: Int64, to end: Int64, burst: Int, _ due: [Int64]) -> [Timestamp] {
    let places = (0...Int64(burst)).map { $0 * spacing }
    var times = Set(places.flatMap { [start &+ $0, end &- $0] })
    for time in due { times.formUnion([time - 1, time, time + 1, time + 1_000_000_000]) }
    return times.filter { $0 >= start && $0 <= end }.sorted().map { Timestamp(nanoseconds: $0) }
  }

  private static func payload(of segment: Segment) -> [UInt8] {
    (0..<segment.wirePayloadLength).map { UInt8(truncatingIfNeeded: $0) }
  }
}

/// Moves addresses to others, and back.
struct AddressMask {
  private let bits: UInt64

  /// One that leads to none of `addresses`.
  init?(awayFrom addresses: Set<IPAddress>) {
    let masks: [UInt64] = [0x0100_0000, 0x2200_0000, 0x4000_1000, 0x7B00_0000]
    let mask = masks.first { mask in !addresses.contains { addresses.contains(Self.move($0, by: mask)) } }
    guard let mask else { return nil }
    bits = mask
  }

  func callAsFunction(_ address: IPAddress) -> IPAddress { Self.move(address, by: bits) }

  func callAsFunction(_ socket: SocketAddress) -> SocketAddress {
    SocketAddress(address: self(socket.address), port: socket.port)
  }

  private static func move(_ address: IPAddress, by bits: UInt64) -> IPAddress {
    address.isIPv6
      ? IPAddress(v6High: address.high, low: address.low ^ bits)
      : IPAddress(v4: UInt32(truncatingIfNeeded: address.low ^ bits))
  }
}

extension TrackerStep {
  /// 0 where only time passes.
  var frame: UInt64 {
    switch self {
    case .segment(let segment, _): segment.frame
    case .icmpError(let error): error.frame
    case .silence: 0
    }
  }

  /// Its addresses; none where only time passes.
  var addresses: [IPAddress] {
    switch self {
    case .segment(let segment, _): [segment.source.address, segment.destination.address]
    case .icmpError(let error): [error.source.address, error.destination.address, error.reporter]
    case .silence: []
    }
  }

  func numbered(_ frame: UInt64) -> TrackerStep {
    switch self {
    case .segment(var segment, let payload):
      segment.frame = frame
      return .segment(segment, payload: payload)
    case .icmpError(var error):
      error.frame = frame
      return .icmpError(error)
    case .silence: return self
    }
  }

  fileprivate func moved(by mask: AddressMask) -> TrackerStep {
    switch self {
    case .segment(var segment, let payload):
      segment.source = mask(segment.source)
      segment.destination = mask(segment.destination)
      return .segment(segment, payload: payload)
    case .icmpError(var error):
      error.source = mask(error.source)
      error.destination = mask(error.destination)
      error.reporter = mask(error.reporter)
      return .icmpError(error)
    case .silence: return self
    }
  }
}
