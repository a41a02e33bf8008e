import ConnectionTracking

/// The holes of one direction, each told once: gaps with no bytes between them are one, and so is all that the snap
/// length cut.
struct StreamHoles {
  struct Hole: Equatable {
    let gap: StreamEvent.Gap
    var length: Int
    /// The frames at which it showed.
    var frames: ClosedRange<UInt64>
  }

  private var open: Hole?
  private var cut: Hole?

  /// Takes a gap, and gives the hole that it ends.
  mutating func add(_ length: Int, _ gap: StreamEvent.Gap, frame: UInt64) -> Hole? {
    let hole = Hole(gap: gap, length: length, frames: frame...frame)
    guard gap == .cut else {
      defer { open = open.joined(with: hole) }
      return open?.gap == gap ? nil : close()
    }
    cut = cut.joined(with: hole)
    return close()
  }

  /// Ends the hole before bytes, and gives it.
  mutating func close() -> Hole? {
    defer { open = nil }
    return open
  }

  /// What was not told until the end.
  mutating func finish() -> [Hole] {
    defer { cut = nil }
    return [close(), cut].compactMap { $0 }
  }
}

extension StreamHoles.Hole? {
  /// One hole from the first frame of this one to the last of `other`.
  fileprivate func joined(with other: StreamHoles.Hole) -> StreamHoles.Hole {
    guard var hole = self else { return other }
    hole.length += other.length
    let frames = [hole.frames.lowerBound, hole.frames.upperBound, other.frames.upperBound]
    hole.frames = (frames.min() ?? 0)...(frames.max() ?? 0)
    return hole
  }
}

extension StreamHoles.Hole {
  /// One sentence, as in `12 bytes of the client are missing before frame 9: lost and never sent again.`
  func sentence(of role: EndpointRole) -> String {
    let bytes = length == 1 ? "1 byte of the \(role) is" : "\(length) bytes of the \(role) are"
    let place = gap == .cut ? "in" : "before"
    let frames =
      frames.count == 1 ? "frame \(frames.lowerBound)" : "frames \(frames.lowerBound) to \(frames.upperBound)"
    let reason =
      switch gap {
      case .lost: "lost and never sent again"
      case .uncaptured: "acknowledged but never captured"
      case .cut: "cut by the snap length"
      }
    return "\(bytes) missing \(place) \(frames): \(reason)."
  }
}
