package import PacketDecoding

/// What a tracker is fed in a trial, one step after the other.
package enum TrackerStep: Sendable {
  case segment(Segment, payload: [UInt8])
  case icmpError(ICMPError)
  case silence(until: Timestamp)

  package var time: Timestamp {
    switch self {
    case .segment(let segment, _): segment.time
    case .icmpError(let error): error.time
    case .silence(let time): time
    }
  }
}

/// Segments of a few flows, read from a fuzzer's bytes so that most changes leave a conversation TCP could have.
///
/// Eight bytes a step: the flow, the direction and what the step is; the flags; the time that passes and the options; from
/// where SEG.SEQ and SEG.ACK count; the payload's length and how much of it was captured; the window; the IP
/// identification; a small shift of SEG.SEQ. All zeros but the flags go on where the sender was and acknowledge all that
/// its peer has sent.
package struct FuzzConversation {
  /// Steps an input may hold; further bytes say nothing.
  package static let maximumSteps = 400

  private var time: Int64 = 1_700_000_000_000_000_000
  private var frame: UInt64 = 0
  private var directions = (0..<8).map { FuzzDirection(at: $0 % 2 == 0 ? 0xFFFF_FF00 : UInt32($0) << 20) }

  package init() {}

  package mutating func next(from input: inout FuzzInput) -> TrackerStep {
    frame += 1
    let choice = input.byte()
    let flags = input.byte()
    let pace = input.byte()
    time &+= Self.pauses[Int(pace & 0xF)]
    let direction = Int(choice & 7)
    switch choice >> 5 {
    case 0...5: return segment(direction, TCPFlags(rawValue: UInt16(flags)), options: pace >> 4, &input)
    case 6: return .icmpError(error(direction, flags, &input))
    default: return .silence(until: Timestamp(nanoseconds: time))
    }
  }

  /// Nanoseconds; captures step back as well.
  static let pauses: [Int64] = [
    0, 1000, 100_000, 1_000_000, 10_000_000, 40_000_000, 200_000_000, 1_000_000_000, 3_000_000_000, 20_000_000_000,
    61_000_000_000, 130_000_000_000, 3_600_000_000_000, 100_000_000_000_000, -1_000_000, -2_000_000_000,
  ]
  static let lengths = [0, 1, 2, 10, 50, 100, 536, 1000, 1448, 1460, 2896, 8000, 16_384, 32_768, 65_000, 65_495]

  private mutating func segment(
    _ direction: Int, _ flags: TCPFlags, options: UInt8, _ input: inout FuzzInput
  ) -> TrackerStep {
    let numbers = input.byte()
    let size = input.byte()
    let window = input.byte()
    let identification = input.byte()
    let shift = UInt32(bitPattern: Int32(Int8(bitPattern: input.byte())))
    let ends = sockets(direction)
    var segment = Segment(
      time: Timestamp(nanoseconds: time), frame: frame, source: ends.0, destination: ends.1,
      sequence: SequenceNumber(directions[direction].position(numbers & 0xF) &+ shift), flags: flags,
      window: window == 0 ? 64_240 : UInt16(window - 1) * 257, wirePayloadLength: Self.lengths[Int(size & 0xF)])
    if flags.contains(.ack) {
      segment.acknowledgment = SequenceNumber(directions[direction ^ 1].position(numbers >> 4))
      directions[direction ^ 1].acknowledged = segment.acknowledgment?.rawValue ?? 0
    }
    segment.wireLength = segment.wirePayloadLength + 40
    segment.identification = ends.0.address.isIPv6 ? nil : UInt16(identification)
    segment.timeToLive = identification > 250 ? 1 : 64
    segment.checksum = size >> 4 == 15 ? .invalid : .valid
    addOptions(options, to: &segment, direction)
    let payload = payload(of: segment, captured: size >> 4)
    segment.payload = 0..<payload.count
    directions[direction].advance(segment)
    return .segment(segment, payload: payload)
  }

  private func sockets(_ direction: Int) -> (SocketAddress, SocketAddress) {
    let flow = UInt16(direction / 2)
    let client = flow == 3 ? IPAddress(v6High: 0x2001_0DB8 << 32, low: 1) : IPAddress(v4: 0xC000_0201)
    let server = flow == 3 ? IPAddress(v6High: 0x2001_0DB8 << 32, low: 2) : IPAddress(v4: 0xC000_0202)
    // The third flow connects to itself.
    let ends = [
      SocketAddress(address: client, port: 40_000 + flow),
      flow == 2
        ? SocketAddress(address: client, port: 40_000 + flow) : SocketAddress(address: server, port: 80),
    ]
    return direction % 2 == 0 ? (ends[0], ends[1]) : (ends[1], ends[0])
  }

  private mutating func addOptions(_ choice: UInt8, to segment: inout Segment, _ direction: Int) {
    if choice & 1 != 0 {
      directions[direction].stamp &+= UInt32(truncatingIfNeeded: frame)
      segment.options.kinds.insert(.timestamps)
      segment.options.timestampValue = choice & 8 != 0 ? 5 : directions[direction].stamp
      segment.options.timestampEcho = directions[direction ^ 1].stamp
    }
    if choice & 2 != 0, segment.flags.contains(.syn) {
      segment.options.kinds.formUnion([.maximumSegmentSize, .windowScale, .sackPermitted])
      segment.options.maximumSegmentSize = choice & 8 != 0 ? 100 : 1460
      segment.options.windowScale = choice & 8 != 0 ? 255 : 7
    } else if choice & 2 != 0 {
      let left = SequenceNumber(directions[direction ^ 1].next)
      segment.options.kinds.insert(.sack)
      _ = segment.options.sackBlocks.append(SACKBlock(left: left - 100, right: left))
      if choice & 8 != 0 { _ = segment.options.sackBlocks.append(SACKBlock(left: left + 9, right: left - 9)) }
    }
    if choice & 4 != 0 {
      segment.options.kinds.insert(.fastOpen)
      segment.options.fastOpenCookieLength = choice & 8 != 0 ? 0 : 8
    }
  }

  private func payload(of segment: Segment, captured: UInt8) -> [UInt8] {
    let length = captured < 8 ? segment.wirePayloadLength : segment.wirePayloadLength >> Int(captured - 7)
    // A retransmission that brings other bytes is news.
    let salt = captured == 7 ? 1 : 0
    return (0..<min(length, 200)).map { UInt8(truncatingIfNeeded: $0 &+ salt &+ Int(segment.sequence.rawValue)) }
  }

  private mutating func error(_ direction: Int, _ kind: UInt8, _ input: inout FuzzInput) -> ICMPError {
    let ends = sockets(direction)
    let sequence = directions[direction].position(input.byte() & 0xF)
    return ICMPError(
      time: Timestamp(nanoseconds: time), frame: frame, reporter: IPAddress(v4: 0xC000_02FE), type: kind & 0xF,
      code: kind >> 4, source: ends.0, destination: ends.1, encapsulation: .none,
      sequence: kind & 0x10 == 0 ? SequenceNumber(sequence) : nil)
  }
}

/// Where one direction of a flow stands.
struct FuzzDirection {
  var initial: UInt32
  var next: UInt32
  var latest: UInt32
  var acknowledged: UInt32
  var stamp: UInt32 = 1

  init(at position: UInt32) {
    initial = position
    next = position
    latest = position
    acknowledged = position
  }

  mutating func advance(_ segment: Segment) {
    latest = segment.sequence.rawValue
    if segment.flags.contains(.syn) { initial = latest }
    let end = segment.sequenceEnd
    if end > SequenceNumber(next) || segment.flags.contains(.syn) { next = end.rawValue }
  }

  /// The positions that mean something, and some far from all of them.
  func position(_ choice: UInt8) -> UInt32 {
    switch choice {
    case 0, 1: next
    case 2: latest
    case 3: acknowledged
    case 4: initial
    case 5: initial &+ 1
    case 6: next &- 1
    case 7: next &+ 1
    case 8: next &+ 1448
    case 9: next &- 100
    case 10: next &+ 70_000
    case 11: next &+ 0x7FFF_FFFF
    case 12: next &+ 0x8000_0000
    case 13: next &- 0x2000_0000
    case 14: 0
    default: initial &+ 0x1000_0000
    }
  }
}
