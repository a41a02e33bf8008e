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
    var next: UInt32 = TimelineStore.none
    var side: UInt8 = 0
    var from: TCPState?
    var to: TCPState?
    var cause: TransitionCause = .midstream
    var evidence: Evidence = .observed
    var settlement: Settlement = .open
  }

  /// What became of a presumed entry.
  enum Settlement: UInt8, Sendable { case open, confirmed, refuted }

  /// One flow's chain.
  struct List: Sendable {
    var head: UInt32 = TimelineStore.none
    var tail: UInt32 = TimelineStore.none
    var count: UInt16 = 0
    /// Entries that found no room.
    var omitted: UInt32 = 0
  }

  static let none = UInt32.max
  /// Entries a flow may hold. Ordinary flows need a dozen; only a hostile sender comes near.
  static let maximumPerFlow = 512

  private var slots: [Slot] = []
  private var free: UInt32 = none

  subscript(index: UInt32) -> Slot {
    get { slots[Int(index)] }
    set { slots[Int(index)] = newValue }
  }

  /// Adds an entry at the end of `list`; where the list is full, its last entry gives way and is counted.
  mutating func append(_ slot: Slot, to list: inout List) -> UInt32 {
    if list.count >= Self.maximumPerFlow {
      list.omitted += 1
      let from = slots[Int(list.tail)].from
      slots[Int(list.tail)] = slot
      slots[Int(list.tail)].from = from
      return list.tail
    }
    let index = allocate(slot)
    if list.tail == Self.none { list.head = index } else { slots[Int(list.tail)].next = index }
    list.tail = index
    list.count += 1
    return index
  }

  /// Settles an entry that was open; a settled one stays as it is.
  mutating func settle(_ index: UInt32, as settlement: Settlement, by segment: Segment) {
    guard index != Self.none, slots[Int(index)].settlement == .open else { return }
    slots[Int(index)].settlement = settlement
    slots[Int(index)].settledTime = segment.time.nanoseconds
    slots[Int(index)].settledFrame = segment.frame
  }

  /// Gives the entries of `list` back.
  mutating func release(_ list: inout List) {
    guard list.tail != Self.none else { return }
    slots[Int(list.tail)].next = free
    free = list.head
    list = List()
  }

  /// The entries of `list`, oldest first.
  func entries(of list: List) -> [Slot] {
    var result: [Slot] = []
    result.reserveCapacity(Int(list.count))
    var index = list.head
    while index != Self.none {
      result.append(slots[Int(index)])
      index = slots[Int(index)].next
    }
    return result
  }

  private mutating func allocate(_ slot: Slot) -> UInt32 {
    guard free != Self.none else {
      slots.append(slot)
      return UInt32(truncatingIfNeeded: slots.count - 1)
    }
    let index = free
    free = slots[Int(index)].next
    slots[Int(index)] = slot
    return index
  }
}
