import DequeModule

/// Chooses the flow to give up when a limit bites: an attempt that nobody answered, the earliest first; else one that
/// has been idle for long.
///
/// Exact order by idleness would have every packet move its flow in a list, which means writing to two other flows'
/// records. Instead a hand goes round the flows, and of the few it passes the one that has been idle the longest goes.
/// Whatever a sender does, a round costs the places there are for records, and those are not many more than are held when
/// a limit bites.
///
/// Attempts that are nothing else are in a row already, that of ``SYNTable``. Here are those that have a record of
/// another kind: the two rows are as one, in order of when a flow was put there.
struct EvictionQueue: Sendable {
  struct Attempt: Sendable {
    var slot: ConnectionTable.Slot
    /// The lower half of the flow's number.
    var number: UInt32
    /// The same of the flow that had begun last when this one was put here.
    var since: UInt32
  }

  /// Flows that began with a SYN, earliest first, some of them answered or gone since. One that is replayed unanswered
  /// waits at the end of the line, like whoever tries again.
  private var attempts = Deque<Attempt>()
  /// The place that was looked at last.
  private var hand = 0
  /// Flows compared for one choice.
  private static let choice = 16

  /// A connection has begun with a SYN, or was replayed when nothing else had passed.
  ///
  /// - Parameter last: the number of the flow that began last.
  mutating func add(_ slot: ConnectionTable.Slot, since last: Int, in table: inout ConnectionTable) {
    if attempts.count > 2 * table.count + 1024 { sweep(&table) }
    attempts.append(
      Attempt(
        slot: slot, number: UInt32(truncatingIfNeeded: table[slot].number), since: UInt32(truncatingIfNeeded: last)))
  }

  /// The flow to give up; nil where none is held.
  mutating func next(in table: inout ConnectionTable, _ stores: inout ConnectionStores) -> ConnectionTable.Slot? {
    let earliest = table.earliestAttempt
    while let attempt = attempts.first, isBefore(earliest, attempt, &table) {
      attempts.removeFirst()
      if isUnanswered(attempt, &table) { return attempt.slot }
    }
    if let earliest { return earliest }
    guard table.heldCount > 0 else { return nil }
    var result = table.nextHeld(&hand)
    for _ in 1..<min(Self.choice, table.heldCount) {
      let candidate = table.nextHeld(&hand)
      if table.lastTime(of: candidate, &stores) < table.lastTime(of: result, &stores) { result = candidate }
    }
    return result
  }

  /// Whether `attempt` was put here before the other one began.
  private func isBefore(_ other: ConnectionTable.Slot?, _ attempt: Attempt, _ table: inout ConnectionTable) -> Bool {
    guard let other else { return true }
    return Int32(bitPattern: attempt.since &- UInt32(truncatingIfNeeded: table[saved: other].number)) < 0
  }

  /// Forgets the attempts that are none any more: at least half of them, so that each is looked at twice at most.
  private mutating func sweep(_ table: inout ConnectionTable) {
    var kept = Deque<Attempt>()
    while let attempt = attempts.popFirst() {
      if isUnanswered(attempt, &table) { kept.append(attempt) }
    }
    attempts = kept
  }

  private func isUnanswered(_ attempt: Attempt, _ table: inout ConnectionTable) -> Bool {
    let number = table[attempt.slot].number
    return number != 0 && UInt32(truncatingIfNeeded: number) == attempt.number && table[attempt.slot].isUnanswered
  }
}
