import ConnectionTracking
import PacketDecoding

/// What happened at hosts that found no room.
struct OmittedEvents: Sendable, Equatable {
  private(set) var resets = 0
  private(set) var timeWaits = 0
  private(set) var closeWaits = 0
  /// Attempts that carried no data.
  private(set) var probes = 0

  /// Takes in the end in `role` of a flow.
  mutating func add(_ flow: FlowDigest, _ role: EndpointRole) {
    let end = role == .client ? flow.clientEnd : flow.serverEnd
    resets += flow.resetBy == role ? 1 : 0
    timeWaits += end.timeWait.nanoseconds > 0 ? 1 : 0
    closeWaits += end.closeWait == .remains ? 1 : 0
    probes += role == .client && flow.probe != nil ? 1 : 0
  }

  mutating func add(resets count: Int) { resets += count }

  mutating func add(probes count: Int) { probes += count }

  /// Takes in a host.
  mutating func add(_ host: HostStatistics) {
    resets += host.resets.peak
    timeWaits += host.timeWaits
    closeWaits += host.closeWaits
    probes += host.probes.count
  }

  mutating func merge(_ other: OmittedEvents) {
    resets += other.resets
    timeWaits += other.timeWaits
    closeWaits += other.closeWaits
    probes += other.probes
  }
}

extension CaptureStatistics {
  /// The tables that were full.
  func limits(_ thresholds: Thresholds) -> [ReachedLimit] {
    [
      ReachedLimit(
        table: "listeners", omitted: listenersOmitted, noun: "connection",
        doubt: "what is said of listeners holds for those that are listed",
        blinded: attemptsTurnedAway > 0 ? AggregateRule.listeners.map(\.rule) : []),
      ReachedLimit(
        table: "hosts", omitted: hostsOmitted, noun: "connection end",
        doubt: "what is said of hosts holds for those that are listed", blinded: blindedHostRules(thresholds)),
      ReachedLimit(
        table: "times in CLOSE_WAIT", omitted: byHost.elements.reduce(0) { $0 + $1.closeWaitsOmitted }, noun: "time",
        doubt: "how long the later ones of a host lasted is not known", blinded: [.closeWaitLeak, .fdLeakSuspect]),
    ].filter { $0.omitted > 0 } + quality.limits
  }

  /// The rules about hosts of which one that found no room may have had enough.
  private func blindedHostRules(_ thresholds: Thresholds) -> [AnomalyRule] {
    let most = byHost.elements.reduce(into: (resets: 0, timeWaits: 0)) { most, host in
      most.resets = max(most.resets, host.resets.peak)
      most.timeWaits = max(most.timeWaits, host.timeWaits)
    }
    let timeWaits = min(thresholds.timeWait, thresholds.mostPorts)
    var rules: [AnomalyRule] = []
    if eventsOmitted.closeWaits > 0 { rules += [.closeWaitLeak, .fdLeakSuspect] }
    if eventsOmitted.timeWaits > 0, most.timeWaits + eventsOmitted.timeWaits > timeWaits {
      rules.append(.timeWaitPileup)
    }
    if eventsOmitted.resets > 0, most.resets + eventsOmitted.resets >= thresholds.resetStorm {
      rules.append(.resetStorm)
    }
    // Of each address that gave way or found no room, one attempt is no scan.
    if eventsOmitted.probes >= max(1, thresholds.scannedPorts) { rules.append(.portScan) }
    return rules
  }
}

extension CaptureQuality {
  fileprivate var limits: [ReachedLimit] {
    [
      ReachedLimit(
        table: "checksums by host", omitted: checksums.omitted, noun: "wrong checksum",
        doubt: "they count as good", blinded: [.badChecksum, .checksumOffload]),
      ReachedLimit(
        table: "initial sequence numbers", omitted: pairs.omitted + attempts.omitted, noun: "connection",
        doubt: "which of them are in the capture twice is not known", blinded: [.natTranslatedPair]),
      ReachedLimit(
        table: "transitions of a connection", omitted: transitionsOmitted, noun: "transition",
        doubt: "the timelines of the longest connections have gaps"),
      ReachedLimit(
        table: "observations of a connection", omitted: observationsOmitted, noun: "observation",
        doubt: "counts in findings of the busiest connections are too low"),
    ].filter { $0.omitted > 0 }
  }
}
