import DequeModule

/// Chooses the flow to give up when a limit bites: an attempt that nobody answered, the earliest first; else one that
/// has been idle for long.
///
/// Exact order by idleness would have every packet move its flow in a list, which means writing to two other flows'
/// records. Instead a hand goes round the flows, and of the few it passes the one that has been idle the longest goes.
/// So a choice costs a constant, whatever a sender does.
struct EvictionQueue: Sendable {
  private struct Attempt: Sendable {
    var slot: FlowTable.Slot
    var number: UInt32
  }

  /// Flows that began with a SYN, earliest first, some of them answered or gone since. One that unfolds unanswered is
  /// listed anew, as its slot is another: whoever tries again waits at the end of the line.
  private var attempts = Deque<Attempt>()
  private var hand = 0
  /// Flows compared for one choice.
  private static let choice = 16

  /// A flow has begun with a SYN.
  mutating func add(_ slot: FlowTable.Slot, in table: inout FlowTable) {
    if attempts.count > 2 * table.count + 1024 { sweep(&table) }
    attempts.append(Attempt(slot: slot, number: UInt32(truncatingIfNeeded: table.number(of: slot))))
  }

  /// The flow to give up; nil where none is held.
  mutating func next(in table: inout FlowTable) -> FlowTable.Slot? {
    while let attempt = attempts.popFirst() {
      if isUnanswered(attempt, &table) { return attempt.slot }
    }
    guard table.count > 0 else { return nil }
    var result = table.held(next(&table))
    for _ in 1..<min(Self.choice, table.count) {
      let candidate = table.held(next(&table))
      if table.lastTime(of: candidate) < table.lastTime(of: result) { result = candidate }
    }
    return result
  }

  private mutating func next(_ table: inout FlowTable) -> Int {
    hand = hand + 1 < table.count ? hand + 1 : 0
    return hand
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
    let number = table.number(of: attempt.slot)
    return number != 0 && UInt32(truncatingIfNeeded: number) == attempt.number && table.isUnanswered(attempt.slot)
  }
}
