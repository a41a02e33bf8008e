import PacketDecoding

/// The timeline entries of all open flows, in one slab: a flow's entries are chained, a closed flow's are used again.
///
/// A flow holds few entries, most of them four to ten; an array each would cost an allocation a flow.
struct TimelineStore: Sendable {
  /// One entry as it is kept; see ``TimelineEntry`` for the meaning of the fields.
  struct Slot: Sendable {
    var time: Int64 = 0
    var frame: UInt64 = 0
    var settledTime: Int64 = 0
    var settledFrame: UInt64 = 0
    /// An acknowledgment beyond this position by the endpoint shows that the segment reached it.
    var proof = SequenceNumber(0)
    /// TSval of that segment, where it had one: an echo of a later one shows the same.
    var stamp: UInt32?
    var side: UInt8 = 0
    var from: TCPState?
    var to: TCPState?
    var cause: TransitionCause = .midstream
    var evidence: Evidence = .observed
    var settlement: Settlement = .open
  }

  /// What became of a presumed entry.
  enum Settlement: UInt8, Sendable { case open, confirmed, refuted }

  typealias List = Chain

  static let none = UInt32.max
  /// Entries a flow may hold. Ordinary flows need a dozen; only a hostile sender comes near.
  static let maximumPerFlow = 512

  private var slots = ChainStore<Slot>()

  var footprint: Int { slots.footprint }

  subscript(index: UInt32) -> Slot {
    get { slots[index] }
    _modify { yield &slots[index] }
  }

  func next(after index: UInt32) -> UInt32 { slots.next(after: index) }

  /// Adds an entry at the end of `list`; where the list is full, its last entry gives way and is counted.
  mutating func append(_ slot: Slot, to list: inout List) -> UInt32 {
    guard list.count >= Self.maximumPerFlow else { return slots.append(slot, to: &list) }
    list.omitted += 1
    let from = slots[list.tail].from
    slots[list.tail] = slot
    slots[list.tail].from = from
    return list.tail
  }

  /// Settles an entry that was open; a settled one stays as it is.
  mutating func settle(_ index: UInt32, as settlement: Settlement, by segment: Segment) {
    guard index != Self.none, slots[index].settlement == .open else { return }
    slots[index].settlement = settlement
    slots[index].settledTime = segment.time.nanoseconds
    slots[index].settledFrame = segment.frame
  }

  /// Gives the entries of `list` back.
  mutating func release(_ list: inout List) { slots.release(&list) }
}
