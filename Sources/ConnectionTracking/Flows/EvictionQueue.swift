import DequeModule

/// Chooses the flow to give up when a limit bites: an attempt that nobody answered, the earliest first; else one that
/// has been idle about the longest.
///
/// Exact order by idleness would have every packet move its flow in a list, which means writing to two other flows'
/// records. Instead a hand goes round the records, passes those that had a packet since it came by last, and stops at
/// the first that had none. Each step past a record is paid for by that packet, so that a choice costs a constant on
/// average, whatever a sender does.
struct EvictionQueue: Sendable {
  private struct Attempt: Sendable {
    var slot: FlowTable.Slot
    var number: UInt32
  }

  /// Flows that began with a SYN, earliest first, some of them answered or gone since.
  private var attempts = Deque<Attempt>()
  private var hand: FlowTable.Slot = 0

  /// A flow has begun with a SYN.
  mutating func add(_ slot: FlowTable.Slot, in table: inout FlowTable) {
    if attempts.count > 2 * table.count + 1024 { sweep(&table) }
    attempts.append(Attempt(slot: slot, number: UInt32(truncatingIfNeeded: table[slot].number)))
  }

  /// The flow to give up; nil where none is held.
  mutating func next(in table: inout FlowTable) -> FlowTable.Slot? {
    while let attempt = attempts.popFirst() {
      if isUnanswered(attempt, &table) { return attempt.slot }
    }
    guard table.count > 0 else { return nil }
    while true {
      hand = hand &+ 1 < table.slots ? hand &+ 1 : 0
      guard table[hand].number != 0 else { continue }
      if !table[hand].hadPacket { return hand }
      table[hand].hadPacket = false
    }
  }

  /// Forgets the attempts that are none any more: at least half of them, so that each is looked at twice at most.
  private mutating func sweep(_ table: inout FlowTable) {
    var kept = Deque<Attempt>()
    while let attempt = attempts.popFirst() {
      if isUnanswered(attempt, &table) { kept.append(attempt) }
    }
    attempts = kept
  }

  private func isUnanswered(_ attempt: Attempt, _ table: inout FlowTable) -> Bool {
    table[attempt.slot].number != 0 && UInt32(truncatingIfNeeded: table[attempt.slot].number) == attempt.number
      && table[attempt.slot].isUnanswered
  }
}
