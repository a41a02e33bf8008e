import PacketDecoding

// An end of a flow in brief as the parts of the endpoint that it stands for.

extension BriefEnd {
  /// The facts as an endpoint has them: those that only its last segment and its counters show, too.
  var allFacts: EndpointFacts {
    var facts = facts.subtracting(.lastHadSACK)
    if packets > 0, kind != .ack { facts.formUnion([.lastTookSpace, .lastWasNew]) }
    if payloadBytes > 0 { facts.insert(.sentData) }
    return facts
  }

  var latest: LatestSegment {
    var latest = LatestSegment()
    latest.time = time
    latest.identification = identification
    latest.window = window
    latest.timeToLive = timeToLive
    latest.kind = kind
    latest.hasSACK = facts.contains(.lastHadSACK)
    return latest
  }

  /// - Parameter start: when its SYN passed, in nanoseconds.
  func clock(since start: Int64) -> TimestampClock {
    guard facts.contains(.sentTimestamps) else { return TimestampClock() }
    return TimestampClock(start: start &- lead, firstStamp, recent: recentStamp)
  }

  /// - Parameters:
  ///   - last: what its last segment acknowledged.
  ///   - isNegotiated: see ``AdvertisedWindow/isNegotiated``.
  func window(since last: SequenceNumber, isNegotiated: Bool) -> AdvertisedWindow {
    let edge = packets == 0 || kind == .syn ? nil : last + windowBytes
    return AdvertisedWindow(largest: largestWindow, edge: edge, isNegotiated: isNegotiated, shift: windowScale)
  }

  /// How it answers `peer`.
  func response(to peer: BriefEnd) -> ResponseTime {
    let askedAt = peer.isAsking ? peer.time &- Int64(peer.sinceAsked) : nil
    return ResponseTime(
      askedAt: askedAt, awaited: peer.awaited, longest: longestAnswer, shortest: shortestAnswer)
  }
}
