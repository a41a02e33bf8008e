import PacketDecoding

// What is on its way to an end, and would move it: presumed, until a segment of that end proves or refutes it.

/// A segment that passed the tap on its way to an endpoint and changes its state, if it arrives.
struct Presumption: Sendable {
  var events: ArrivalEvents = []
  /// The move that presumes it.
  var place = LogPlace.none
  /// What would show that it arrived, where that is more than an acknowledgment of its sender's SYN or FIN.
  var proof: ArrivalProof?
}

/// The presumptions of one end, oldest first.
struct PresumptionList: Sendable {
  private var storage: [6 of Presumption] = .init(repeating: Presumption())
  private(set) var count = 0

  subscript(index: Int) -> Presumption {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  mutating func append(_ presumption: Presumption) {
    guard count < PendingArrivals.capacity else { return }
    storage[count] = presumption
    count += 1
  }
}

extension Connection {
  /// The arrivals pending at `side`.
  @inline(__always)
  mutating func pendingEvents(_ index: Int, of side: Side, _ stores: inout ConnectionStores) -> ArrivalEvents {
    ends[side].pending.events(at: index) ?? keptEvents(index, of: side, &stores)
  }

  private mutating func keptEvents(_ index: Int, of side: Side, _ stores: inout ConnectionStores) -> ArrivalEvents {
    let kept = stores.extras[extras].ends[side].pending
    return index < kept.count ? kept[index] : []
  }

  /// Whether one of the arrivals pending at `side` brings all of `events`.
  mutating func isPending(_ events: ArrivalEvents, at side: Side, _ stores: inout ConnectionStores) -> Bool {
    for index in 0..<ends[side].pending.count
    where pendingEvents(index, of: side, &stores).isSuperset(of: events) {
      return true
    }
    return false
  }

  /// The presumption of `side` at `index`, which `place` presumes.
  @inline(__always)
  mutating func presumption(
    _ index: Int, at place: LogPlace, of side: Side, _ stores: inout ConnectionStores
  ) -> Presumption {
    var result = Presumption(events: pendingEvents(index, of: side, &stores), place: place)
    if needsProof(result.events, at: side) { result.proof = proof(index, of: side, &stores) }
    if result.events.isReset {
      result.proof = sentAfterReset(index, of: side, &stores).map { ArrivalProof(position: $0, stamp: nil) }
    }
    return result
  }

  /// A new arrival is on its way to `side`; there is room for it.
  mutating func expect(_ presumption: Presumption, at side: Side, in stores: inout ConnectionStores) {
    if ends[side].pending.isEmpty { forgetAcknowledgment(of: side, in: &stores) }
    keepExpecting(presumption, at: side, in: &stores)
  }

  /// An arrival is still on its way to `side`.
  mutating func keepExpecting(_ presumption: Presumption, at side: Side, in stores: inout ConnectionStores) {
    let index = ends[side].pending.count
    if !ends[side].pending.append(presumption.events) { keep(presumption.events, index, of: side, in: &stores) }
    if let proof = presumption.proof { keep(proof, index, of: side, in: &stores) }
    ends[side].states.expect(presumption.events)
  }

  /// Nothing is on its way to `side` any more.
  mutating func expectNothing(_ side: Side) {
    forgetPending(side)
    ends[side].states.expectNothing()
  }

  /// The same where the state it has led to stays.
  mutating func forgetPending(_ side: Side) {
    ends[side].pending.removeAll()
    ends[peer(of: side)].response.dropProof()
  }

  private mutating func keep(
    _ events: ArrivalEvents, _ index: Int, of side: Side, in stores: inout ConnectionStores
  ) {
    let place = makeExtras(&stores)
    while stores.extras[place].ends[side].pending.count <= index { stores.extras[place].ends[side].pending.append([]) }
    stores.extras[place].ends[side].pending[index] = events
  }
}

// MARK: - Proofs

extension Connection {
  /// Whether a proof of `events` is kept: it may turn out that a SYN-ACK yet to pass opens fast.
  func mayNeedProof(_ events: ArrivalEvents, at side: Side) -> Bool {
    needsProof(events, at: side) || events == .synAcknowledged && !ends[side].facts.contains(.sentSYNACK)
  }

  /// Whether more than an acknowledgment of the SYN or FIN in it is needed to show that `events` reached `side`: they bring
  /// no more than an acknowledgment themselves.
  func needsProof(_ events: ArrivalEvents, at side: Side) -> Bool {
    guard events.isSubset(of: [.synAcknowledged, .finAcknowledged]) else { return false }
    return !events.contains(.synAcknowledged) || ends[side].facts.contains(.openedFast)
  }

  private mutating func proof(_ index: Int, of side: Side, _ stores: inout ConnectionStores) -> ArrivalProof? {
    if let held = ends[peer(of: side)].response.proof { return held }
    let kept = stores.extras[extras].ends[side].proofs
    return index < kept.count ? kept[index] : nil
  }

  /// Keeps a proof where the peer's answers have room for it, or else in the extras, as soon as there are two.
  private mutating func keep(_ proof: ArrivalProof, _ index: Int, of side: Side, in stores: inout ConnectionStores) {
    let isOnly = !(0..<index).contains { mayNeedProof(pendingEvents($0, of: side, &stores), at: side) }
    if isOnly, ends[peer(of: side)].response.hold(proof) { return }
    evictProof(of: side, in: &stores)
    keepAmongExtras(proof, index, of: side, in: &stores)
  }

  /// The answers of the peer of `side` are measured again: what is held there goes to the extras.
  mutating func evictProof(of side: Side, in stores: inout ConnectionStores) {
    guard let held = ends[peer(of: side)].response.proof else { return }
    ends[peer(of: side)].response.dropProof()
    for index in 0..<ends[side].pending.count where mayNeedProof(pendingEvents(index, of: side, &stores), at: side) {
      return keepAmongExtras(held, index, of: side, in: &stores)
    }
  }

  private mutating func keepAmongExtras(
    _ proof: ArrivalProof, _ index: Int, of side: Side, in stores: inout ConnectionStores
  ) {
    let place = makeExtras(&stores)
    let none = ArrivalProof(position: SequenceNumber(0), stamp: nil)
    while stores.extras[place].ends[side].proofs.count <= index { stores.extras[place].ends[side].proofs.append(none) }
    stores.extras[place].ends[side].proofs[index] = proof
  }
}

// MARK: - What was sent after a RST

extension Connection {
  /// `sender` sends what is new from `position` on, though a RST is thought to close its peer.
  mutating func noteSentAfterReset(by sender: Side, from position: SequenceNumber, in stores: inout ConnectionStores) {
    let side = peer(of: sender)
    for index in 0..<ends[side].pending.count where pendingEvents(index, of: side, &stores).isReset {
      if sentAfterReset(index, of: side, &stores) == nil {
        keepAmongExtras(ArrivalProof(position: position, stamp: nil), index, of: side, in: &stores)
      }
    }
  }

  /// Where the peer went on after the RST that is pending at `side`: to acknowledge more shows that `side` was not closed.
  mutating func sentAfterReset(
    _ index: Int, of side: Side, _ stores: inout ConnectionStores
  ) -> SequenceNumber? {
    let kept = stores.extras[extras].ends[side].proofs
    return index < kept.count ? kept[index].position : nil
  }
}

// MARK: - When it was acknowledged again

extension Connection {
  /// When the newest acknowledgment of what is pending at `side` passed on its way to it, in nanoseconds.
  mutating func acknowledgedAt(of side: Side, _ stores: inout ConnectionStores) -> Int64 {
    ends[side].facts.contains(.acknowledgedSince)
      ? ends[peer(of: side)].lastTime : stores.extras[extras].ends[side].acknowledgedAt
  }

  mutating func forgetAcknowledgment(of side: Side, in stores: inout ConnectionStores) {
    ends[side].facts.remove(.acknowledgedSince)
    if hasExtras { stores.extras[attachment].ends[side].acknowledgedAt = .min / 2 }
  }

  /// `sender` has sent another segment: its time is that of the acknowledgment no more, unless it is one again.
  @inline(__always)
  mutating func noteAcknowledgment(by sender: Side, in stores: inout ConnectionStores) {
    let side = peer(of: sender)
    if stores.pass.acknowledgesPending {
      ends[side].facts.insert(.acknowledgedSince)
    } else if ends[side].facts.contains(.acknowledgedSince) {
      keepAcknowledgment(by: sender, in: &stores)
    }
  }

  private mutating func keepAcknowledgment(by sender: Side, in stores: inout ConnectionStores) {
    let side = peer(of: sender)
    ends[side].facts.remove(.acknowledgedSince)
    if ends[side].pending.isEmpty { return }
    stores.extras[makeExtras(&stores)].ends[side].acknowledgedAt = ends[sender].lastTime
  }
}
