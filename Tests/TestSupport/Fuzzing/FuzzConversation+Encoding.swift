package import PacketDecoding

extension FuzzConversation {
  /// An input for ``TrackerTrial`` that comes near what `segments` were: the same flags in the same order; pauses,
  /// lengths and numbers as near as eight bytes a step can tell.
  package static func input(_ segments: [Segment]) -> [UInt8] {
    var encoder = Encoder()
    return segments.prefix(maximumSteps).reduce(into: [0, 0]) { $0 += encoder.encode($1) }
  }
}

private struct Encoder {
  private var directions = Array(repeating: FuzzDirection(at: 0), count: 8)
  private var flows: [Set<SocketAddress>: Int] = [:]
  private var time: Timestamp?

  mutating func encode(_ segment: Segment) -> [UInt8] {
    let direction = direction(of: segment)
    let pace = pace(to: segment.time)
    let length = FuzzConversation.lengths.lastIndex { $0 <= segment.wirePayloadLength } ?? 0
    if directions[direction].next == 0 { directions[direction] = FuzzDirection(at: segment.sequence.rawValue) }
    let (sequence, shift) = directions[direction].nearest(to: segment.sequence)
    let acknowledgment = segment.acknowledgment.map { directions[direction ^ 1].nearest(to: $0).choice } ?? 0
    if let number = segment.acknowledgment { directions[direction ^ 1].acknowledged = number.rawValue }
    directions[direction].advance(segment)
    return [
      UInt8(direction), UInt8(truncatingIfNeeded: segment.flags.rawValue), UInt8(pace) | options(of: segment) << 4,
      sequence | acknowledgment << 4, UInt8(length), UInt8(segment.window >> 8),
      UInt8(truncatingIfNeeded: segment.identification ?? UInt16(truncatingIfNeeded: segment.frame)), shift,
    ]
  }

  /// Three flows in turn; a fourth number is that of connections of a socket to itself.
  private mutating func direction(of segment: Segment) -> Int {
    if segment.source == segment.destination { return 4 }
    let key: Set = [segment.source, segment.destination]
    let flow = flows[key] ?? [0, 1, 3][flows.count % 3]
    flows[key] = flow
    return flow * 2 + (segment.source.port < segment.destination.port ? 1 : 0)
  }

  private mutating func pace(to moment: Timestamp) -> Int {
    let pause = moment.nanoseconds(since: time ?? moment)
    time = moment
    let pauses = FuzzConversation.pauses
    return pauses.indices.min { (pauses[$0] - pause).magnitude < (pauses[$1] - pause).magnitude } ?? 0
  }

  private func options(of segment: Segment) -> UInt8 {
    let kinds = segment.options.kinds
    return (kinds.contains(.timestamps) ? 1 : 0) | (kinds.isDisjoint(with: [.windowScale, .sack]) ? 0 : 2)
      | (kinds.contains(.fastOpen) ? 4 : 0)
  }
}

extension FuzzDirection {
  /// The choice that comes next to `number`, and what is still to be added, as a signed byte.
  fileprivate func nearest(to number: SequenceNumber) -> (choice: UInt8, shift: UInt8) {
    let distances = (0..<16).map { number.distance(from: SequenceNumber(position($0))) }
    let choice = distances.indices.min { distances[$0].magnitude < distances[$1].magnitude } ?? 0
    return (UInt8(choice), UInt8(bitPattern: Int8(clamping: distances[choice])))
  }
}
