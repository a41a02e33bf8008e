import PacketDecoding

/// Puts one direction's payload in order (RFC 9293 §3.4): each byte once, as it first arrived, with every gap named.
struct StreamReassembler: Sendable {
  // Positions are counted from the first byte on, so that their order is plain however often sequence numbers wrap.
  private let origin: SequenceNumber
  /// The next byte to deliver.
  private var next = 0
  /// What lies beyond a hole.
  private var waiting = WaitingPieces()
  /// What passed from ``next`` on and was not captured.
  private var cuts = CutRanges()
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
    while waiting.charge > limit, let first = waiting.first { skip(to: first.start, .lost, &contents) }
    end(&contents)
    return contents
  }

  /// The peer has received everything before `acknowledgment`: what is still missing was never captured.
  mutating func acknowledge(_ acknowledgment: SequenceNumber) -> [StreamEvent.Content] {
    guard !hasEnded else { return [] }
    var contents: [StreamEvent.Content] = []
    let edge = min(position(of: acknowledgment), finAt ?? .max)
    while next < edge, let ahead { skip(to: min(ahead, edge), .uncaptured, &contents) }
    if let finAt, edge >= finAt { skip(to: finAt, .uncaptured, &contents) }
    end(&contents)
    return contents
  }

  /// The input has ended: what waits comes out, each hole before it as lost.
  mutating func finish() -> [StreamEvent.Content] {
    guard !hasEnded else { return [] }
    var contents: [StreamEvent.Content] = []
    while let ahead { skip(to: ahead, .lost, &contents) }
    if let finAt { skip(to: finAt, .lost, &contents) }
    end(&contents)
    return contents
  }

  /// Where what is known beyond the hole begins.
  private var ahead: Int? {
    guard let piece = waiting.first?.start else { return cuts.start }
    return min(piece, cuts.start ?? piece)
  }

  private func position(of number: SequenceNumber) -> Int { next + number.distance(from: origin + next) }

  private mutating func place(
    _ start: Int, _ payload: Span<UInt8>, wireLength: Int, _ contents: inout [StreamEvent.Content]
  ) {
    let old = max(0, next - start)
    guard old < wireLength else { return }
    cuts.insert(max(start + payload.count, next)..<start + max(wireLength, payload.count))
    let overlapsWaiting = waiting.first.map { $0.start < start + payload.count } ?? false
    if start <= next, !overlapsWaiting {
      if old < payload.count {
        contents.append(.bytes(Self.copy(payload, old..<payload.count)))
        next += payload.count - old
      }
    } else {
      // Of bytes that came before, the first copy stays.
      waiting.fill(start + min(old, payload.count)..<start + payload.count) { range in
        Self.copy(payload, range.lowerBound - start..<range.upperBound - start)
      }
    }
    drain(&contents)
  }

  /// Delivers what is in order now: bytes that have waited, and what was cut off between them.
  private mutating func drain(_ contents: inout [StreamEvent.Content]) {
    while true {
      if let start = waiting.first?.start, start <= next, let first = waiting.popFirst() {
        let old = next - start
        guard old < first.bytes.count else { continue }
        contents.append(.bytes(old == 0 ? first.bytes : Array(first.bytes[old...])))
        next = first.end
      } else if let end = cuts.end(around: next) {
        let end = min(end, waiting.first?.start ?? end)
        contents.append(.gap(length: end - next, .cut))
        next = end
      } else {
        return
      }
    }
  }

  /// Gives up what is missing up to `position`.
  private mutating func skip(to position: Int, _ gap: StreamEvent.Gap, _ contents: inout [StreamEvent.Content]) {
    while next < position {
      let stop = min(ahead ?? position, position)
      contents.append(.gap(length: stop - next, gap))
      next = stop
      drain(&contents)
    }
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
