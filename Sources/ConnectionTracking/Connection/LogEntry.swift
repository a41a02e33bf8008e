import PacketDecoding

/// One moment in the life of a connection, with up to two moves that its segment made: 16 bytes, since a million open
/// connections have four million of them.
///
/// A move that a later segment settles names the entry of that segment, which may have no move of its own.
struct LogEntry: Sendable, BitwiseCopyable {
  // From the lowest bit: 48 of time, 32 of frame, 24 for each move.
  private var low: UInt64
  private var high: UInt64

  private static let timeBits: UInt64 = 48
  private static let moveBits: UInt64 = 24

  /// A moment near the connection's first packet; nil where it is too far from it.
  @inline(__always)
  init?(_ moment: PacketStamp, since first: PacketStamp) {
    let time = moment.time.nanoseconds &- first.time.nanoseconds
    let frame = moment.frame &- first.frame
    let unused = 64 - Self.timeBits
    guard (time << unused) >> unused == time, frame <= UInt64(UInt32.max) else { return nil }
    self.init(time: UInt64(bitPattern: time), frame: frame)
  }

  /// Whether the moment of `segment` has room in an entry.
  @inline(__always)
  static func hasRoom(for segment: Segment, since first: PacketStamp) -> Bool {
    let time = segment.time.nanoseconds &- first.time.nanoseconds
    let unused = 64 - timeBits
    return (time << unused) >> unused == time && segment.frame &- first.frame <= UInt64(UInt32.max)
  }

  /// A moment that is kept elsewhere, at `place`.
  init(keptAt place: Int) {
    self.init(time: UInt64(truncatingIfNeeded: place), frame: 0)
    self[0] = LogMove.wide
    self[1] = LogMove.none
  }

  private init(time: UInt64, frame: UInt64) {
    low = time & (1 << Self.timeBits - 1) | frame << Self.timeBits
    high = (frame >> (64 - Self.timeBits)) | UInt64(LogMove.none.bits) << 16 | UInt64(LogMove.none.bits) << 40
  }

  /// In nanoseconds from the connection's first packet; where ``isKeptElsewhere``, the place of the moment.
  var time: Int64 {
    let unused = 64 - Self.timeBits
    return Int64(bitPattern: low << unused) >> unused
  }
  /// From the frame of the connection's first packet.
  var frame: UInt64 { low >> Self.timeBits | (high & 0xFFFF) << (64 - Self.timeBits) }

  /// Its first move, at 0, or its second.
  subscript(index: Int) -> LogMove {
    @inline(__always) get { LogMove(bits: UInt32(truncatingIfNeeded: high >> shift(index)) & 0xFF_FFFF) }
    @inline(__always) set { high = high & ~(0xFF_FFFF << shift(index)) | UInt64(newValue.bits) << shift(index) }
  }

  @inline(__always)
  private func shift(_ index: Int) -> UInt64 { 16 + Self.moveBits * UInt64(truncatingIfNeeded: index & 1) }

  /// Its moment did not fit, and is kept elsewhere.
  var isKeptElsewhere: Bool { self[0].isWide }
  /// How many moves it has.
  var count: Int { !self[0].isMove ? 0 : self[1].isMove ? 2 : 1 }
}

/// One move of one end, in 24 bits: where it led and why. Where it began is where that end's last move led.
struct LogMove: Sendable, BitwiseCopyable {
  /// From the lowest bit: side 1, state 4, cause 5, knowledge 3, the entry that settled it 10, whether the moment of its
  /// entry is kept elsewhere 1.
  fileprivate(set) var bits: UInt32

  private static let noCause: UInt32 = 31
  private static let wideBit: UInt32 = 1 << 23
  fileprivate static let none = LogMove(bits: noCause << 5)
  fileprivate static let wide = LogMove(bits: noCause << 5 | wideBit)

  fileprivate init(bits: UInt32) { self.bits = bits }

  @inline(__always)
  init(side: Side, to state: TCPState?, _ cause: TransitionCause, _ evidence: Evidence) {
    let state = UInt32(TCPState.code(of: state))
    bits = UInt32(side.rawValue) | state << 1 | UInt32(cause.code) << 5 | UInt32(evidence.rawValue) << 10
  }

  var isMove: Bool { bits >> 5 & 31 != Self.noCause }
  fileprivate var isWide: Bool { bits & Self.wideBit != 0 }
  var side: Side { Side(isHigh: bits & 1 != 0) }
  var to: TCPState? { TCPState(code: UInt8(truncatingIfNeeded: bits >> 1 & 15)) }
  var cause: TransitionCause { TransitionCause(code: UInt8(truncatingIfNeeded: bits >> 5 & 31)) }

  /// Evidence, and settlement beyond it: 3 is confirmed, 4 refuted; both were presumed.
  private var knowledge: UInt32 { bits >> 10 & 7 }
  private static let confirmed: UInt32 = 3
  private static let refuted: UInt32 = 4

  var evidence: Evidence { Evidence(rawValue: UInt8(truncatingIfNeeded: knowledge)) ?? .presumed }
  var settlement: PackedTransition.Settlement {
    knowledge == Self.confirmed ? .confirmed : knowledge == Self.refuted ? .refuted : .open
  }
  /// The entry whose segment settled it.
  var settledBy: Int { Int(bits >> 13 & 1023) }
  /// It is not certain, and nothing has settled it.
  var isPresumed: Bool { knowledge == UInt32(Evidence.presumed.rawValue) }

  /// Where ``to`` stands in a table of twelve states, UNKNOWN last.
  @inline(__always)
  var place: Int { min(Int(bits >> 1 & 15), StateDurations.unknown) }
  /// It is not certain, a timer's for one, and nothing has settled it.
  var isOpen: Bool { knowledge == UInt32(Evidence.presumed.rawValue) || knowledge == UInt32(Evidence.timer.rawValue) }

  /// The same where it is the first move of an entry whose moment is kept elsewhere.
  fileprivate func keepingWidth(of move: LogMove) -> LogMove { LogMove(bits: bits | move.bits & Self.wideBit) }

  /// Settles it, if nothing has; `entry` is that of the segment that does.
  mutating func settle(as settlement: PackedTransition.Settlement, by entry: Int) {
    guard self.settlement == .open else { return }
    let evidence = settlement == .confirmed ? Self.confirmed : Self.refuted
    bits = bits & ~(0x1FFF << 10) | evidence << 10 | UInt32(truncatingIfNeeded: entry & 1023) << 13
  }
}

extension LogEntry {
  /// Adds a move; there is room for one.
  @inline(__always)
  mutating func append(_ move: LogMove) { self[count] = count == 0 ? move.keepingWidth(of: self[0]) : move }

  /// Takes its newest move back; there is one.
  mutating func removeLast() {
    self[count - 1] = count == 1 ? LogMove.none.keepingWidth(of: self[0]) : LogMove.none
  }
}
