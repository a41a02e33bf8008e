import BasicContainers

// All flows, one by one.

extension ConnectionTable {
  /// The flow held next behind the place `hand`, which goes round them all, unanswered attempts aside. There must be one.
  mutating func nextHeld(_ hand: inout Int) -> Slot {
    while true {
      hand = hand + 1 < syns.places + records.places ? hand + 1 : 0
      if syns.refusedCount == 0 { hand = max(hand, syns.places) }
      if hand < syns.places {
        let place = UInt32(truncatingIfNeeded: hand)
        if syns[place].isRefused { return place | Self.saved }
      } else {
        let slot = UInt32(truncatingIfNeeded: hand - syns.places)
        if self[slot].number != 0 { return slot }
      }
    }
  }

  /// The flows held, in order of their numbers.
  ///
  /// Where most flows that ever began are still held, each is put where its number says. What is made at the end of an
  /// input adds to the most memory ever taken, so that no more than two words a flow are for that.
  ///
  /// - Parameter last: the number of the flow that began last.
  mutating func slotsByNumber(upTo last: Int) -> [Slot] {
    if count == 0 { return [] }
    let earliest = last < 4 * count ? 1 : earliestNumber()
    guard last - earliest < 4 * count else { return sortedSlots(since: earliest) }
    var slots = [Slot](repeating: HashIndex.none, count: last - earliest + 1)
    forEachSlot { slot, number in slots[number - earliest] = slot }
    slots.removeAll { $0 == HashIndex.none }
    return slots
  }

  /// The flows held, in no order.
  mutating func slots() -> [Slot] {
    var result: [Slot] = []
    result.reserveCapacity(count)
    forEachSlot { slot, _ in result.append(slot) }
    return result
  }

  /// Where the flow with this number is; nil where it is not held.
  mutating func slot(number: Int) -> Slot? {
    var result: Slot?
    forEachSlot { slot, other in if other == number { result = slot } }
    return result
  }

  /// The same wherever the numbers lie: both in one word. Numbers count from the earliest; that they take 32 bits only
  /// matters where four billion flows began since.
  private mutating func sortedSlots(since earliest: Int) -> [Slot] {
    var all: [UInt64] = []
    all.reserveCapacity(count)
    forEachSlot { slot, number in all.append(UInt64(UInt32(clamping: number - earliest)) << 32 | UInt64(slot)) }
    all.sort()
    return all.map { Slot(truncatingIfNeeded: $0) }
  }

  private mutating func earliestNumber() -> Int {
    var result = Int.max
    forEachSlot { _, number in result = min(result, number) }
    return result
  }

  /// The flows held and their numbers, unanswered attempts first.
  @inline(__always)
  private mutating func forEachSlot(_ body: (Slot, Int) -> Void) {
    var attempt = syns.earliest
    while attempt != Slab<SYNRecord>.none {
      body(attempt | Self.saved, syns[attempt].number)
      attempt = syns[attempt].later
    }
    if syns.refusedCount > 0 {
      for place in 0..<UInt32(syns.places) where syns[place].isRefused { body(place | Self.saved, syns[place].number) }
    }
    for place in 0..<UInt32(records.places) where records[place].number != 0 { body(place, records[place].number) }
  }
}
