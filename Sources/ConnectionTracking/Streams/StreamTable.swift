import PacketDecoding

/// The reassemblers of all open flows, held only while streams are asked for.
struct StreamTable: Sendable {
  private var reassemblers: [UInt64: StreamReassembler] = [:]

  /// Takes the payload of a segment that the record has taken, and the acknowledgment for the other direction. A
  /// direction begins at its first segment.
  mutating func take(
    _ segment: Segment, _ payload: Span<UInt8>, of record: inout Connection, from side: Side, limit: Int,
    _ events: inout [TrackerEvent]
  ) {
    guard !segment.flags.contains(.rst) else { return }
    let other = record.peer(of: side)
    let back = Self.key(flow: record.number, side: other)
    if let acknowledgment = segment.acknowledgment, acknowledgment <= record.ends[other].next {
      let contents = reassemblers[back]?.acknowledge(acknowledgment) ?? []
      emit(contents, segment, &record, side: other, &events)
    }
    let key = Self.key(flow: record.number, side: side)
    let start = segment.flags.contains(.syn) ? segment.sequence + 1 : segment.sequence
    let contents = reassemblers[key, default: StreamReassembler(startingAt: start)].take(
      segment, payload, limit: limit)
    emit(contents, segment, &record, side: side, &events)
  }

  /// A number for a direction, by the number of its flow.
  private static func key(flow: Int, side: Side) -> UInt64 {
    UInt64(truncatingIfNeeded: flow) << 1 | UInt64(side.rawValue)
  }

  /// Ends both directions: what waits behind a hole comes out after it.
  mutating func finish(
    _ record: inout Connection, at last: PacketStamp, into events: inout [TrackerEvent]
  ) {
    for side in Side.both {
      guard var reassembler = reassemblers.removeValue(forKey: Self.key(flow: record.number, side: side))
      else {
        continue
      }
      for content in reassembler.finish() { append(content, last, &record, side: side, &events) }
    }
  }

  private func emit(
    _ contents: [StreamEvent.Content], _ segment: Segment, _ record: inout Connection, side: Side,
    _ events: inout [TrackerEvent]
  ) {
    let moment = PacketStamp(time: segment.time, frame: segment.frame)
    for content in contents { append(content, moment, &record, side: side, &events) }
  }

  private func append(
    _ content: StreamEvent.Content, _ moment: PacketStamp, _ record: inout Connection, side: Side,
    _ events: inout [TrackerEvent]
  ) {
    events.append(
      .stream(
        StreamEvent(
          flow: record.number, from: record.role(of: side), time: moment.time, frame: moment.frame, content: content)))
  }
}
