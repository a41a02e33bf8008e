import PacketDecoding

// A FIN that passes just after its acknowledgment did: the tap, or what copies packets to it, changed their order. Numbers
// settle it, for nobody acknowledges a FIN before it was sent (RFC 9293 §3.10.7.4, fifth step).

extension Connection {
  /// How long before a FIN its acknowledgment may have passed, in nanoseconds. What comes later than the shortest
  /// retransmission timeout of the stacks in use may have been sent again.
  private static var longestOvertaking: Int64 { 180_000_000 }

  /// Remembers an acknowledgment of what has not passed.
  mutating func noteOvertaking(_ segment: Segment, by side: Side, in stores: inout ConnectionStores) {
    let other = peer(of: side)
    guard other != side, let acknowledgment = segment.acknowledgment,
      acknowledgment.distance(from: ends[other].next) <= largestPlausibleWindow(of: side)
    else { return }
    let place = makeExtras(&stores)
    if stores.extras[place].ends[other].overtakenTime != .min,
      stores.extras[place].ends[other].overtakenBy >= acknowledgment
    {
      return
    }
    stores.extras[place].ends[other].overtakenTime = segment.time.nanoseconds
    stores.extras[place].ends[other].overtakenBy = acknowledgment
  }

  /// True where something was acknowledged that has not passed yet.
  mutating func awaitsOvertaken(_ stores: inout ConnectionStores) -> Bool {
    if !hasExtras { return false }
    return Side.both.contains { side in
      let earlier = stores.extras[attachment].ends[side]
      return earlier.overtakenTime != .min && earlier.overtakenBy > ends[side].next
    }
  }

  /// True where the peer has acknowledged `fin`, a FIN of `side`, just before it passed.
  mutating func wasOvertaken(_ fin: Segment, of side: Side, in stores: inout ConnectionStores) -> Bool {
    let earlier = stores.extras[extras].ends[side]
    guard earlier.overtakenTime != .min, earlier.overtakenBy == fin.sequenceEnd else { return false }
    return fin.time.nanoseconds &- earlier.overtakenTime < Self.longestOvertaking
  }

  /// The peer's acknowledgment of `fin`, which passed before it, counts from now on.
  mutating func takeOvertakingACK(of fin: Segment, from side: Side, in stores: inout ConnectionStores) {
    guard wasOvertaken(fin, of: side, in: &stores) else { return }
    let other = peer(of: side)
    var answer = Segment(
      time: fin.time, frame: fin.frame, source: fin.destination, destination: fin.source,
      sequence: ends[other].next, acknowledgment: fin.sequenceEnd, flags: [.ack], window: ends[other].window)
    answer.encapsulation = fin.encapsulation
    receives(answer, side: side, acknowledgment: acknowledge(answer, by: other, in: &stores), in: &stores)
  }
}
