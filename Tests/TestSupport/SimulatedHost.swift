import ConnectionTracking
import PacketDecoding

/// One end of a ``Simulation``: as much of a TCP stack as it takes to open, send, repeat, and close.
///
/// Numbers are relative to the ISN: the SYN is 0, the data begins at 1, the FIN follows it.
struct SimulatedHost {
  /// What it sends, before it has addresses.
  struct Output {
    var flags: TCPFlags
    var sequence: Int
    var acknowledgment: Int?
    var length = 0
    /// The host's state when it sends it.
    var state: TCPState
    /// The position after it.
    var end: Int { sequence + length + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1) }
  }

  static let segmentLength = 100
  private static let window = 400

  private(set) var state: TCPState
  /// Bytes the application has written.
  private var written = 0
  private var hasClosed = false
  private var unacknowledged = 0
  private(set) var next = 0
  /// The retransmission timeout in milliseconds.
  private(set) var timeout = 300
  /// RCV.NXT; nil before the peer's SYN.
  private var awaited: Int?
  /// What came beyond a hole: sequence and length, FIN included.
  private var early: [Int: Output] = [:]

  init(state: TCPState) { self.state = state }

  var needsTimer: Bool { unacknowledged < next && state != .closed }

  mutating func open() -> [Output] {
    state = .synSent
    next = 1
    return [Output(flags: .syn, sequence: 0, state: state)]
  }

  mutating func write(_ count: Int) -> [Output] {
    if !hasClosed { written += count }
    return transmit()
  }

  mutating func close() -> [Output] {
    hasClosed = true
    return transmit()
  }

  /// RFC 9293 §3.10.5: a RST that continues the sequence and acknowledges.
  mutating func abort() -> [Output] {
    guard [.synReceived, .established, .finWait1, .finWait2, .closeWait].contains(state) else { return [] }
    state = .closed
    return [Output(flags: [.rst, .ack], sequence: next, acknowledgment: awaited, state: state)]
  }

  /// Sends the first segment again that nothing has acknowledged.
  mutating func retransmit() -> [Output] {
    guard needsTimer else { return [] }
    timeout = min(2 * timeout, 2000)
    if unacknowledged == 0 { return [state == .synSent ? Output(flags: .syn, sequence: 0, state: state) : synACK] }
    return [segment(from: unacknowledged)]
  }

  private var synACK: Output { Output(flags: [.syn, .ack], sequence: 0, acknowledgment: awaited, state: state) }
  private var acknowledgment: Output { Output(flags: .ack, sequence: next, acknowledgment: awaited, state: state) }

  /// What was or is to be sent from `sequence` on, the FIN with the last of it once it has been sent.
  private func segment(from sequence: Int) -> Output {
    let length = max(0, min(Self.segmentLength, written + 1 - sequence))
    let endsStream = next == written + 2 && sequence + length == written + 1
    return Output(
      flags: endsStream ? [.fin, .ack] : length > 0 ? [.psh, .ack] : .ack, sequence: sequence, acknowledgment: awaited,
      length: length, state: state)
  }

  private mutating func transmit() -> [Output] {
    guard state == .established || state == .closeWait else { return [] }
    var outputs: [Output] = []
    while next <= written, next - unacknowledged < Self.window {
      let output = segment(from: next)
      next += output.length
      outputs.append(output)
    }
    if hasClosed, next == written + 1 {
      next += 1
      state = state == .established ? .finWait1 : .lastAck
      outputs.append(Output(flags: [.fin, .ack], sequence: next - 1, acknowledgment: awaited, state: state))
    }
    return outputs
  }

  mutating func receive(_ segment: Output) -> [Output] {
    if segment.flags.contains(.rst) { return receiveReset(segment) }
    switch state {
    case .closed:
      return [Output(flags: .rst, sequence: segment.acknowledgment ?? 0, state: state)]
    case .listen where segment.flags == .syn:
      awaited = 1
      next = 1
      state = .synReceived
      return [synACK]
    case .synReceived where segment.flags == .syn: return [synACK]
    case .synSent where segment.flags == [.syn, .ack]:
      awaited = 1
      unacknowledged = 1
      state = .established
      return [acknowledgment] + transmit()
    case .listen, .synSent: return []
    default: return receiveInOrder(segment)
    }
  }

  private mutating func receiveReset(_ segment: Output) -> [Output] {
    guard let awaited, segment.sequence >= awaited, state != .closed else { return [] }
    guard segment.sequence == awaited else { return state == .synReceived ? [] : [acknowledgment] }
    state = .closed
    return []
  }

  private mutating func receiveInOrder(_ segment: Output) -> [Output] {
    if segment.flags.contains(.syn) { return [acknowledgment] }
    takeAcknowledgment(segment.acknowledgment ?? 0)
    guard state != .closed else { return [] }
    var outputs: [Output] = []
    if segment.length > 0 || segment.flags.contains(.fin) {
      takePayload(segment)
      outputs = [acknowledgment]
    }
    let more = transmit()
    return more.isEmpty ? outputs : more
  }

  private mutating func takeAcknowledgment(_ number: Int) {
    guard number > unacknowledged, number <= next else { return }
    unacknowledged = number
    timeout = 300
    if state == .synReceived { state = .established }
    guard number == next, hasClosed, next == written + 2 else { return }
    switch state {
    case .finWait1: state = .finWait2
    case .closing: state = .timeWait
    case .lastAck: state = .closed
    default: break
    }
  }

  private mutating func takePayload(_ segment: Output) {
    early[segment.sequence] = segment
    while let position = awaited,
      let ready = early.values.first(where: { $0.sequence <= position && $0.end > position })
    {
      awaited = ready.end
      if ready.flags.contains(.fin) { takeFIN() }
    }
  }

  private mutating func takeFIN() {
    switch state {
    case .established: state = .closeWait
    case .finWait1: state = .closing
    case .finWait2: state = .timeWait
    default: break
    }
  }
}
