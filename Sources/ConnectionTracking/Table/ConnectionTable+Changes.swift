import BasicContainers
import PacketDecoding

// Flows come, go, and change the kind of their record.

extension ConnectionTable {
  /// Begins a connection with `segment`, which `side` sent.
  ///
  /// - Returns: where it is.
  mutating func begin(_ number: Int, with segment: inout Segment, from side: Side, _ hash: UInt32) -> Slot {
    let (key, isKept) = compactKey(&segment, from: side)
    let slot = records.insert(
      Connection(number: number, key: key, isKeptKey: isKept, side: side, segment: segment))
    index.insert(hash, slot)
    return slot
  }

  /// Saves a SYN that begins a flow which is not held yet.
  @inline(never)
  mutating func save(_ syn: inout Segment, of number: Int, from side: Side, _ hash: UInt32) {
    let (key, isKept) = compactKey(&syn, from: side)
    index.insert(hash, syns.insert(number: number, key, isKept: isKept, &syn, from: side) | Self.saved)
  }

  @inline(__always)
  private mutating func compactKey(
    _ segment: inout Segment, from side: Side
  ) -> (key: CompactKey, isKept: Bool) {
    segment.isIPv4
      ? (CompactKey(ofIPv4: segment, from: side), false) : (keys.keep(ConnectionKey(segment, from: side)), true)
  }

  /// Saves the RST that refuses the SYN at `slot`; see ``SYNRecord/isRefused(by:from:_:)``.
  mutating func refuse(_ slot: Slot, by segment: Segment) { syns.refuse(slot ^ Self.saved, by: segment) }

  /// A connection that begins with `syn`, which is saved at `slot`, takes its place, and its key; it has yet to take it.
  ///
  /// - Returns: where it is.
  mutating func replay(_ slot: Slot, _ syn: inout Segment) -> Slot {
    let new = records.insert(
      Connection(
        number: self[saved: slot].number, key: self[saved: slot].compactKey, isKeptKey: self[saved: slot].isKeptKey,
        side: self[saved: slot].sender, segment: syn))
    index.replace(hash(of: slot), slot, by: new)
    syns.remove(slot ^ Self.saved)
    return new
  }

  /// Lets the flow at `slot` go. What its record holds elsewhere has been given back.
  mutating func remove(_ slot: Slot) {
    index.remove(hash(of: slot), slot)
    if Self.isSaved(slot) {
      keys.remove(self[saved: slot].compactKey, isKept: self[saved: slot].isKeptKey)
      return syns.remove(slot ^ Self.saved)
    }
    keys.remove(self[slot].compactKey, isKept: self[slot].marks.contains(.keptKey))
    self[slot].end()
    records.remove(slot)
  }
}
