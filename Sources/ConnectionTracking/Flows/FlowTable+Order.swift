import BasicContainers

// All flows, one by one.

extension FlowTable {
  /// The flow held next behind the place `hand`, which goes round them all, attempts aside. There must be one.
  mutating func nextHeld(_ hand: inout Int) -> Slot {
    while true {
      hand = hand + 1 < briefs.places + records.places ? hand + 1 : 0
      if briefs.count == 0 { hand = max(hand, briefs.places) }
      let slot = slot(inOrder: hand)
      if number(of: slot) != 0 { return slot }
    }
  }

  /// A place for a record of a flow, attempts aside, by its rank among all of them: those in brief first.
  private func slot(inOrder rank: Int) -> Slot {
    rank < briefs.places
      ? UInt32(truncatingIfNeeded: rank) | Self.brief : UInt32(truncatingIfNeeded: rank - briefs.places)
  }

  /// The flows held, in order of their numbers.
  ///
  /// Both in one word, as a million flows may be open: what is made at the end of an input adds to the most memory ever
  /// taken. Numbers count from the earliest; that they take 32 bits only matters where four billion flows began since.
  mutating func slotsByNumber() -> [Slot] {
    var all: [UInt64] = []
    all.reserveCapacity(count)
    let earliest = earliestNumber()
    forEachSlot { table, slot in
      let age = UInt64(UInt32(clamping: table.number(of: slot) - earliest))
      all.append(age << 32 | UInt64(slot))
    }
    all.sort()
    return all.map { Slot(truncatingIfNeeded: $0) }
  }

  private mutating func earliestNumber() -> Int {
    var result = Int.max
    forEachSlot { table, slot in result = min(result, table.number(of: slot)) }
    return result
  }

  /// Attempts first, in the order in which they began.
  private mutating func forEachSlot(_ body: (inout FlowTable, Slot) -> Void) {
    var attempt = attempts.earliest
    while attempt != Slab<AttemptRecord>.none {
      body(&self, attempt | Self.attempt)
      attempt = attempts[attempt].later
    }
    for rank in 0..<briefs.places + records.places {
      let slot = slot(inOrder: rank)
      if number(of: slot) != 0 { body(&self, slot) }
    }
  }
}
