import PacketDecoding

/// Puts one direction's payload in order (RFC 9293 §3.4): each byte once, as it first arrived, with every gap named.
struct StreamReassembler: Sendable {
  private struct Piece: Sendable {
    var start: SequenceNumber
    var bytes: [UInt8]
    var end: SequenceNumber { start + bytes.count }
  }

  /// The next byte to deliver.
  private var next: SequenceNumber
  /// What lies beyond a hole: in order, disjoint.
  private var waiting: [Piece] = []
  private var waitingBytes = 0
  private var finAt: SequenceNumber?
  private var hasEnded = false

  init(startingAt next: SequenceNumber) { self.next = next }

  /// Takes a segment's payload and delivers what is in order now.
  ///
  /// - Parameter limit: how many bytes may wait behind a hole; beyond it the hole is given up.
  mutating func take(_ segment: Segment, _ payload: Span<UInt8>, limit: Int) -> [StreamEvent.Content] {
    // RFC 9293 §3.10.7.4, seventh step: there is no text after a FIN.
    guard !hasEnded else { return [] }
    let start = segment.flags.contains(.syn) ? segment.sequence + 1 : segment.sequence
    if segment.flags.contains(.fin), finAt == nil { finAt = segment.sequenceEnd - 1 }
    var contents: [StreamEvent.Content] = []
    if segment.wirePayloadLength > 0 { place(start, payload, wireLength: segment.wirePayloadLength, &contents) }
    while waitingBytes > limit, let first = waiting.first { skip(to: first.start, acknowledged: false, &contents) }
    end(&contents)
    return contents
  }

  /// The peer has received everything before `acknowledgment`: what is still missing was never captured.
  mutating func acknowledge(_ acknowledgment: SequenceNumber) -> [StreamEvent.Content] {
    guard !hasEnded else { return [] }
    var contents: [StreamEvent.Content] = []
    let edge = finAt.map { acknowledgment > $0 ? $0 : acknowledgment } ?? acknowledgment
    while next < edge, let first = waiting.first {
      skip(to: first.start < edge ? first.start : edge, acknowledged: true, &contents)
    }
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

  private mutating func place(
    _ start: SequenceNumber, _ payload: Span<UInt8>, wireLength: Int, _ contents: inout [StreamEvent.Content]
  ) {
    let old = max(0, next.distance(from: start))
    guard old < wireLength else { return }
    let overlapsWaiting = waiting.first.map { $0.start < start + payload.count } ?? false
    if start <= next, !overlapsWaiting {
      deliver(payload, from: old, wireLength: wireLength, &contents)
    } else {
      keep(start, payload, from: min(old, payload.count))
      drain(&contents)
    }
  }

  private mutating func deliver(
    _ payload: Span<UInt8>, from old: Int, wireLength: Int, _ contents: inout [StreamEvent.Content]
  ) {
    if old < payload.count {
      contents.append(.bytes(copy(payload, old..<payload.count)))
      next = next + (payload.count - old)
    }
    // The snap length cut the rest: it was there, and nobody has it.
    let cut = wireLength - max(old, payload.count)
    if cut > 0 {
      contents.append(.gap(length: cut, acknowledged: true))
      next = next + cut
    }
    drain(&contents)
  }

  /// Delivers what has waited and is in order now.
  private mutating func drain(_ contents: inout [StreamEvent.Content]) {
    while let first = waiting.first, first.start <= next {
      waiting.removeFirst()
      waitingBytes -= first.bytes.count
      let old = next.distance(from: first.start)
      guard old < first.bytes.count else { continue }
      contents.append(.bytes(Array(first.bytes[old...])))
      next = first.end
    }
  }

  private mutating func skip(to position: SequenceNumber, acknowledged: Bool, _ contents: inout [StreamEvent.Content]) {
    let length = position.distance(from: next)
    if length > 0 { contents.append(.gap(length: length, acknowledged: acknowledged)) }
    if length > 0 { next = position }
    drain(&contents)
  }

  private mutating func end(_ contents: inout [StreamEvent.Content]) {
    guard !hasEnded, let finAt, next >= finAt else { return }
    hasEnded = true
    contents.append(.end)
  }

  /// Keeps what lies beyond a hole; of bytes that came before, the first copy stays.
  private mutating func keep(_ start: SequenceNumber, _ payload: Span<UInt8>, from old: Int) {
    var position = start + old
    let end = start + payload.count
    var index = waiting.firstIndex { $0.end > position } ?? waiting.count
    while position < end {
      let following = index < waiting.count ? waiting[index] : nil
      let stop = following.map { $0.start < end ? $0.start : end } ?? end
      if position < stop {
        let bytes = copy(payload, position.distance(from: start)..<stop.distance(from: start))
        waiting.insert(Piece(start: position, bytes: bytes), at: index)
        waitingBytes += bytes.count
        index += 1
      }
      guard let following, following.start < end else { return }
      position = following.end
      index += 1
    }
  }

  private func copy(_ payload: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    range.map { payload[$0] }
  }
}
