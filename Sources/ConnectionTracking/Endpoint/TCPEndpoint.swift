import PacketDecoding

/// One end of a connection: what its own segments show, and what is on its way to it.
///
/// The tap stands between the two ends. A segment that an endpoint sent shows the state it was in; a segment sent to
/// it may still be lost. So an endpoint is the state its own segments have shown, ``proved``, and the list of
/// ``pending`` arrivals that would move it on. Its ``state`` is the one applied to the other. Each of its segments
/// settles the list: what it acknowledges has arrived, what it contradicts has not, the rest stays open.
///
/// Both ends are this type; nothing in it knows who is the client.
///
/// Not copyable, and its members are `mutating` also where they only read: a borrowed structure of this size is copied
/// in practice, and those copies were half of the tracker's time.
struct TCPEndpoint: ~Copyable, Sendable {
  // What every segment needs stands first, in few cache lines; the order within leaves no gaps.
  var sending = SequenceSpace()
  private(set) var states = EndpointStates()
  var facts: EndpointFacts = []
  var window = AdvertisedWindow()
  var maximumSegmentSize: UInt16 = 0
  var latest = LatestSegment()
  /// Of its last payload, which ends at SND.NXT.
  var payload = PayloadSample()
  /// When TIME_WAIT or an orphaned FIN_WAIT_2 ends, in nanoseconds.
  var deadline: Int64 = .max
  var response = ResponseTime()
  var duplicates = DuplicateACKs()
  var timestamps = TimestampClock()
  var counters = EndpointCounters()
  private(set) var pending = PendingArrivals()
  /// The segment being taken refuted a pending arrival.
  var pendingWasRefuted = false
  /// Where what it sent beyond a hole is kept.
  var holes = DisorderStore.none
  /// When the newest acknowledgment of what is pending passed on its way to it, in nanoseconds.
  var acknowledgedAt: Int64 = .min / 2
  /// When its peer last sent something again, in nanoseconds.
  var repeatedAt: Int64 = .min / 2
  /// When its FIN first passed, in nanoseconds.
  var finTime: Int64 = .min
  /// The ISN of a SYN that may open this end anew.
  var reopeningSequence = SequenceNumber(0)
  /// The timeline entry that a mid-stream start presumed.
  var midstreamEntry = TimelineStore.none
  /// The timeline entry that says its state is no longer certain, while that holds.
  var doubtEntry = TimelineStore.none
  /// The timeline entry of the state it would be in, had the peer's FIN been lost: see `branch` in receiving.
  var branchEntry = TimelineStore.none

  /// The state that the endpoint's own segments show; nil before any.
  var proved: TCPState? { @inline(__always) mutating get { states.proved } }
  /// The state it is in, as far as the wire tells: what is pending counts as arrived.
  var state: TCPState? { @inline(__always) mutating get { states.state } }

  /// Its own segments show `event`; what was pending is settled, or expected anew afterwards.
  mutating func prove(_ event: EndpointEvent) {
    assert(pending.isEmpty)
    states.prove(event)
  }

  /// Its own segments show that `arrival` had reached it; what is pending besides is expected anew afterwards.
  mutating func prove(_ arrival: ArrivalEvents) {
    assert(pending.isEmpty)
    states.prove(arrival)
  }

  /// `arrival` passed on its way to it, and leads to `states`; there is room for it.
  mutating func expect(_ arrival: PendingArrival, leadingTo states: EndpointStates) {
    if pending.isEmpty { acknowledgedAt = .min / 2 }
    pending.append(arrival)
    self.states = states
  }

  /// An arrival is still on its way to it.
  mutating func keepExpecting(_ arrival: PendingArrival) {
    pending.append(arrival)
    states.expect(arrival.events)
  }

  /// Nothing is on its way to it any more.
  mutating func expectNothing() {
    pending.removeAll()
    states.expectNothing()
  }

  /// A RST in its name closes it, and nothing is on its way to it any more; see ``EndpointStates/reset(refuses:)``.
  mutating func reset(refuses: Bool) {
    expectNothing()
    states.reset(refuses: refuses)
  }

  /// Its timer ends.
  mutating func timeOut() {
    pending.removeAll()
    states.timeOut()
  }

  /// The next incarnation takes its place.
  mutating func replace() {
    pending.removeAll()
    states.replace()
    deadline = .max
  }

  /// ESTABLISHED beyond doubt, and nothing under way or missing that could change it.
  var isSteady: Bool {
    @inline(__always) mutating get {
      isSettled && sending.isKnown && sending.isAcknowledged && !sending.hasHoles
        && sending.contiguous == sending.next
    }
  }

  /// ESTABLISHED beyond doubt, with no FIN of its own: where both ends are, only a SYN, FIN or RST moves them.
  var isSettled: Bool {
    @inline(__always) mutating get {
      proved == .established && pending.isEmpty && doubtEntry == TimelineStore.none && !facts.contains(.assumed)
        && sending.finEnd == nil
    }
  }

  /// True where the segment has a timestamp that is not older than the last one, or none where none was offered.
  @inline(__always)
  mutating func hasUsualTimestamp(_ segment: Segment) -> Bool {
    facts.contains(.sentTimestamps)
      ? segment.options.kinds.contains(.timestamps) && !timestamps.isOld(segment)
      : !segment.options.kinds.contains(.timestamps)
  }

  /// Its host has lost the connection and opens anew: a fresh endpoint that has sent its SYN.
  mutating func reopen() {
    sending = SequenceSpace()
    sending.isKnown = true
    sending.initial = reopeningSequence
    sending.next = reopeningSequence + 1
    sending.contiguous = sending.next
    sending.acknowledged = reopeningSequence
    facts = [.sentSYN, .reopened]
    response.forget()
    assert(pending.isEmpty)
    states.reopen()
  }
}
