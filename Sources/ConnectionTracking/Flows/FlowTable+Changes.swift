import BasicContainers
import PacketDecoding

// Flows come, go, and change the kind of their record.

extension FlowTable {
  /// Takes the record of a flow that is not held yet.
  mutating func insert(_ record: consuming FlowRecord, _ hash: UInt32) -> Slot {
    let slot = records.insert(record)
    index.insert(hash, slot)
    return slot
  }

  /// Takes an attempt that begins with `syn`, and is no flow held yet.
  @inline(never)
  mutating func insert(attempt number: Int, _ syn: inout Segment, from side: UInt8, _ hash: UInt32) {
    index.insert(hash, attempts.insert(number: number, &syn, from: side) | Self.attempt)
  }

  /// Lets the flow at `slot` go. What its record holds elsewhere has been given back.
  mutating func remove(_ slot: Slot) {
    index.remove(hash(self[slot].key), slot)
    self[slot].number = 0
    records.remove(slot)
  }

  /// Lets the flow in brief at `slot` go.
  mutating func remove(brief slot: Slot) {
    index.remove(hash(self[brief: slot].key), slot)
    release(brief: slot)
  }

  /// Lets the attempt at `slot` go.
  mutating func remove(attempt slot: Slot) {
    index.remove(attempts.hash(at: slot ^ Self.attempt, hash), slot)
    attempts.remove(slot ^ Self.attempt)
  }

  private mutating func release(brief slot: Slot) {
    attachments.release(&briefs[slot ^ Self.brief])
    self[brief: slot].number = 0
    briefs.remove(slot ^ Self.brief)
  }

  /// The record at `new`, of the same flow, takes the place of that of the flow in brief, or of the attempt, at `slot`.
  mutating func replace(_ slot: Slot, by new: Slot) {
    index.replace(hash(self[new].key), slot, by: new)
    if Self.isAttempt(slot) { attempts.remove(slot ^ Self.attempt) } else { release(brief: slot) }
  }

  /// Puts a brief record in the place of the attempt at `slot`, which `segment` answers; see
  /// ``BriefRecord/init(of:_:answeredBy:mayBeCookie:)``.
  ///
  /// - Returns: where it is.
  @inline(__always) @discardableResult
  mutating func replace(attempt slot: Slot, _ hash: UInt32, answeredBy segment: Segment, mayBeCookie: Bool) -> Slot {
    let key = key(ofAttempt: slot)
    return replace(
      attempt: slot, hash, by: BriefRecord(of: &self[attempt: slot], key, answeredBy: segment, mayBeCookie: mayBeCookie)
    )
  }

  /// The same for one that `segment` refuses; see ``BriefRecord/init(of:_:refusedBy:)``.
  ///
  /// - Returns: where it is.
  mutating func replace(attempt slot: Slot, _ hash: UInt32, refusedBy segment: Segment) -> Slot {
    let key = key(ofAttempt: slot)
    return replace(attempt: slot, hash, by: BriefRecord(of: &self[attempt: slot], key, refusedBy: segment))
  }

  @inline(__always)
  private mutating func replace(attempt slot: Slot, _ hash: UInt32, by record: consuming BriefRecord) -> Slot {
    let new = briefs.insert(record) | Self.brief
    index.replace(hash, slot, by: new)
    attempts.remove(slot ^ Self.attempt)
    return new
  }
}
