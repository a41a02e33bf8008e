import PacketDecoding

/// The timeline entries of all open flows, in one slab: a flow's entries are chained, a closed flow's are used again.
///
/// A flow holds few entries, most of them four to ten; an array each would cost an allocation a flow.
struct TimelineStore: ~Copyable, Sendable {
  typealias List = Chain

  static let none = UInt32.max
  /// Entries a flow may hold. Ordinary flows need a dozen; only a hostile sender comes near.
  static let maximumPerFlow = 512

  private var slots = ChainStore<TimelineSlot>()

  var footprint: Int { slots.footprint }

  subscript(index: UInt32) -> TimelineSlot {
    @inline(__always) _read { yield slots[index] }
  }

  /// The entry at `index`, and where the next one of its flow is.
  @inline(__always)
  func node(at index: UInt32) -> ChainNode<TimelineSlot> { slots.node(at: index) }

  /// Asks for an entry ahead of its use, where there is one.
  @inline(__always)
  func prefetch(_ index: UInt32) { if index != Self.none { slots.prefetch(index) } }

  @inline(__always)
  func next(after index: UInt32) -> UInt32 { slots.next(after: index) }

  /// Adds an entry at the end of `list`; where the list is full, its last entry gives way and is counted.
  mutating func append(_ slot: TimelineSlot, to list: inout List) -> UInt32 {
    guard list.count >= Self.maximumPerFlow else { return slots.append(slot, to: &list) }
    list.omitted += 1
    let from = slots[list.tail].from
    slots[list.tail] = slot
    slots[list.tail].from = from
    return list.tail
  }

  /// Settles an entry that was open; a settled one stays as it is.
  mutating func settle(_ index: UInt32, as settlement: TimelineSlot.Settlement, by segment: Segment) {
    if index != Self.none { slots[index].settle(as: settlement, by: segment) }
  }

  /// Gives the entries of `list` back.
  mutating func release(_ list: inout List) { slots.release(&list) }
}
