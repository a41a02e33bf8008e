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

  /// Saves a SYN that begins a flow which is not held yet.
  @inline(never)
  mutating func save(_ syn: inout Segment, of number: Int, from side: UInt8, _ hash: UInt32) {
    index.insert(hash, syns.insert(number: number, &syn, from: side) | Self.saved)
  }

  /// Saves the RST that refuses the SYN at `slot`; see ``SYNRecord/isRefused(by:from:_:)``.
  mutating func refuse(_ slot: Slot, by segment: Segment) { syns.refuse(slot ^ Self.saved, by: segment) }

  /// The record takes the place of the SYN at `slot`.
  ///
  /// - Returns: where it is.
  mutating func replace(_ slot: Slot, by record: consuming FlowRecord) -> Slot {
    let new = records.insert(record)
    index.replace(hash(self[new].key), slot, by: new)
    syns.remove(slot ^ Self.saved)
    return new
  }

  /// Lets the flow at `slot` go. What its record holds elsewhere has been given back.
  mutating func remove(_ slot: Slot) {
    if Self.isSaved(slot) {
      index.remove(syns.hash(at: slot ^ Self.saved, hash), slot)
      return syns.remove(slot ^ Self.saved)
    }
    index.remove(hash(self[slot].key), slot)
    self[slot].number = 0
    records.remove(slot)
  }
}
