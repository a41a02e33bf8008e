/// One of the two ends of a connection, by its key: who is the client is said elsewhere. Not an enumeration, so that its
/// place in a pair is what it is made of.
package struct Side: Sendable, Equatable {
  let rawValue: UInt8

  /// The smaller address of the key. A socket connected to itself is this side alone.
  package static var low: Side { @inline(__always) get { Side(rawValue: 0) } }
  package static var high: Side { @inline(__always) get { Side(rawValue: 1) } }

  @inline(__always)
  private init(rawValue: UInt8) { self.rawValue = rawValue }

  @inline(__always)
  init(isHigh: Bool) { rawValue = isHigh ? 1 : 0 }

  @inline(__always)
  var other: Side { Side(rawValue: rawValue ^ 1) }

  /// Where it stands in a pair.
  @inline(__always)
  var index: Int { Int(rawValue & 1) }

  /// Both sides, the lower first.
  @inline(__always)
  static var both: LazyMapSequence<Range<UInt8>, Side> { (0..<2).lazy.map { Side(rawValue: $0) } }
}

extension InlineArray where Element: ~Copyable {
  /// The element of `side` in a pair.
  subscript(side: Side) -> Element {
    @inline(__always) _read { yield self[side.index] }
    @inline(__always) _modify { yield &self[side.index] }
  }
}
