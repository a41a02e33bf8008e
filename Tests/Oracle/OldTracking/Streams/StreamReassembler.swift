import PacketDecoding

/// Puts one direction's payload in order (RFC 9293 §3.4): each byte once, as it first arrived, with every gap named.
struct StreamReassembler: Sendable {
  // Positions are counted from the first byte on, so that their order is plain however often sequence numbers wrap.
  private let origin: SequenceNumber
  /// The next byte to deliver.
  private var next = 0
  /// What lies beyond a hole.
  private var waiting = WaitingPieces()
  private var finAt: Int?
  private var hasEnded = false

  init(startingAt origin: SequenceNumber) { self.origin = origin }

  /// Takes a segment's payload and delivers what is in order now.
  ///
  /// - Parameter limit: how many bytes may wait behind a hole, each piece's overhead among them; beyond it the hole is
  ///   given up.
  mutating func take(_ segment: Segment, _ payload: Span<UInt8>, limit: Int) -> [StreamEvent.Content] {
    // RFC 9293 §3.10.7.4, seventh step: there is no text after a FIN.
    guard !hasEnded else { return [] }
    let start = position(of: segment.flags.contains(.syn) ? segment.sequence + 1 : segment.sequence)
    if segment.flags.contains(.fin), finAt == nil { finAt = position(of: segment.sequenceEnd - 1) }
    var contents: [StreamEvent.Content] = []
    if segment.wirePayloadLength > 0 { place(start, payload, wireLength: segment.wirePayloadLength, &contents) }
    while waiting.charge > limit, let first = waiting.first { skip(to: first.start, acknowledged: false, &contents) }
    end(&contents)
    return contents
  }

  /// The peer has received everything before `acknowledgment`: what is still missing was never captured.
  mutating func acknowledge(_ acknowledgment: SequenceNumber) -> [StreamEvent.Content] {
    guard !hasEnded else { return [] }
    var contents: [StreamEvent.Content] = []
    let edge = min(position(of: acknowledgment), finAt ?? .max)
    while next < edge, let first = waiting.first { skip(to: min(first.start, edge), acknowledged: true, &contents) }
    if let finAt, edge >= finAt { skip(to: finAt, acknowledged: true, &contents) }
    end(&contents)
    return contents
  }

  /// The input has ended: what waits comes out, each hole before it as lost.
  mutating func finish() -> [StreamEvent.Content] {
    guard !hasEnded else { return [] }
    var contents: [StreamEvent.Content] = []
    while let first = waiting.first { skip(to: first.start, acknowledged: false, &contents) }
    if let finAt { skip(to: finAt, acknowledged: false, &contents) }
    end(&contents)
    return contents
  }

  private func position(of number: SequenceNumber) -> Int { next + number.distance(from: origin + next) }

  private mutating func place(
    _ start: Int, _ payload: Span<UInt8>, wireLength: Int, _ contents: inout [StreamEvent.Content]
  ) {
    let old = max(0, next - start)
    guard old < wireLength else { return }
    let overlapsWaiting = waiting.first.map { $0.start < start + payload.count } ?? false
    if start <= next, !overlapsWaiting {
      deliver(payload, from: old, wireLength: wireLength, &contents)
    } else {
      // Of bytes that came before, the first copy stays.
      waiting.fill(start + min(old, payload.count)..<start + payload.count) { range in
        Self.copy(payload, range.lowerBound - start..<range.upperBound - start)
      }
      drain(&contents)
    }
  }

  private mutating func deliver(
    _ payload: Span<UInt8>, from old: Int, wireLength: Int, _ contents: inout [StreamEvent.Content]
  ) {
    if old < payload.count {
      contents.append(.bytes(Self.copy(payload, old..<payload.count)))
      next += payload.count - old
    }
    // The snap length cut the rest: it was there, and nobody has it.
    let cut = wireLength - max(old, payload.count)
    if cut > 0 {
      contents.append(.gap(length: cut, acknowledged: true))
      next += cut
    }
    drain(&contents)
  }

  /// Delivers what has waited and is in order now.
  private mutating func drain(_ contents: inout [StreamEvent.Content]) {
    while let start = waiting.first?.start, start <= next, let first = waiting.popFirst() {
      let old = next - start
      guard old < first.bytes.count else { continue }
      contents.append(.bytes(old == 0 ? first.bytes : Array(first.bytes[old...])))
      next = first.end
    }
  }

  private mutating func skip(to position: Int, acknowledged: Bool, _ contents: inout [StreamEvent.Content]) {
    let length = position - next
    if length > 0 { contents.append(.gap(length: length, acknowledged: acknowledged)) }
    if length > 0 { next = position }
    drain(&contents)
  }

  private mutating func end(_ contents: inout [StreamEvent.Content]) {
    guard !hasEnded, let finAt, next >= finAt else { return }
    hasEnded = true
    contents.append(.end)
  }

  private static func copy(_ payload: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    range.map { payload[$0] }
  }
}
