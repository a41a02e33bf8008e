import Anomalies
import ConnectionTracking
import PacketDecoding

// The lines about the whole run.

extension JSONReader {
  mutating func captureSummary() throws -> CaptureSummary {
    var capture = CaptureSummary()
    var (segments, icmpErrors) = (0, 0)
    var skips: [PacketCounts.Skip] = []
    try object { reader, name in
      switch name {
      case "inputs": capture.inputs = try reader.array { try $0.string() }
      case "link_types": capture.linkTypes = try reader.array { try $0.string() }
      case "tcp_packets": segments = try reader.count()
      case "icmp_errors": icmpErrors = try reader.count()
      case "skipped": skips = try reader.array { try $0.skippedPackets() }
      case "first_seen": capture.firstSeen = try reader.optional { try $0.time() }
      case "last_seen": capture.lastSeen = try reader.optional { try $0.time() }
      case "drops": capture.drops = try reader.optional { try $0.drops() }
      case "warnings": capture.warnings = try reader.array { try $0.string() }
      case "findings": capture.findings = try reader.findings()
      default: try reader.skip()
      }
    }
    capture.packets = PacketCounts(segments: segments, icmpErrors: icmpErrors, skips: skips)
    return capture
  }

  private mutating func skippedPackets() throws -> PacketCounts.Skip {
    var skip = PacketCounts.Skip(reason: "", number: nil, layer: nil, problem: nil, packets: 0)
    try object { reader, name in
      switch name {
      case "reason": skip.reason = try reader.identifier()
      case "number": skip.number = try reader.count()
      case "layer": skip.layer = try reader.identifier()
      case "problem": skip.problem = try reader.identifier()
      case "packets": skip.packets = try reader.count()
      default: try reader.skip()
      }
    }
    return skip
  }

  private mutating func drops() throws -> DropCounts {
    var drops = DropCounts(kernel: 0, interface: 0)
    try object { reader, name in
      switch name {
      case "kernel": drops.kernel = try reader.count()
      case "interface": drops.interface = try reader.count()
      default: try reader.skip()
      }
    }
    return drops
  }

  /// Reads a line `"type":"finding"`: one that belongs to no single flow.
  mutating func findingLine() throws -> Finding {
    var parts = FindingParts()
    try object { reader, name in
      switch name {
      case "type", "schema_version": try reader.skip()
      default: try parts.take(name, from: &reader)
      }
    }
    return try parts.finding(self)
  }

  /// Reads the summary line into `report`.
  mutating func summary(into report: inout Report) throws {
    var parts = TotalsParts()
    try object { reader, name in
      switch name {
      case "selected": report.selected = try reader.optional { try $0.totals() }
      case "listeners_omitted": report.listenersOmitted = try reader.count()
      case "hosts_omitted": report.hostsOmitted = try reader.count()
      default: try parts.take(name, from: &reader)
      }
    }
    report.totals = parts.totals
  }

  private mutating func totals() throws -> FlowTotals {
    var parts = TotalsParts()
    try object { reader, name in try parts.take(name, from: &reader) }
    return parts.totals
  }
}

/// Totals of which some members were read.
private struct TotalsParts {
  private var flows = (all: 0, reported: 0, open: 0, evicted: 0)
  private var bytes = (payload: 0, retransmitted: 0)
  private var closes: [(Flow.CloseKind, Int)] = []
  private var closers: [(Flow.Closer, Int)] = []
  private var finalStates: [(TCPState?, Int)] = []

  mutating func take(_ name: String, from reader: inout JSONReader) throws {
    switch name {
    case "flows": flows.all = try reader.count()
    case "reported": flows.reported = try reader.count()
    case "open": flows.open = try reader.count()
    case "evicted": flows.evicted = try reader.count()
    case "payload_bytes": bytes.payload = try reader.count()
    case "retransmitted_bytes": bytes.retransmitted = try reader.count()
    case "close": closes = try reader.counts { Flow.CloseKind(rawValue: $0) }
    case "closed_by": closers = try reader.counts { Flow.Closer(rawValue: $0) }
    case "final": finalStates = try reader.counts { StateNames.state(named: $0) }
    default: try reader.skip()
    }
  }

  var totals: FlowTotals {
    FlowTotals(flows: flows, bytes: bytes, closes: closes, closers: closers, finalStates: finalStates)
  }
}

extension JSONReader {
  fileprivate mutating func counts<Word>(_ meaning: (String) -> Word?) throws -> [(Word, Int)] {
    var counts: [(Word, Int)] = []
    try object { reader, name in
      guard let word = meaning(name) else { throw reader.problem("an unknown word: \(name)") }
      counts.append((word, try reader.count()))
    }
    return counts
  }

  mutating func listener() throws -> ListenerReport {
    var address: SocketAddress?
    var listener = ListenerReport(SocketAddress(address: IPAddress(v4: 0), port: 0))
    try object { reader, name in
      switch name {
      case "listener": address = try reader.socketAddress()
      case "attempts": listener.attempts = try reader.count()
      case "established": listener.established = try reader.count()
      case "refused": listener.refused = try reader.count()
      case "unanswered": listener.unanswered = try reader.count()
      case "reset_by_client": listener.resetByClient = try reader.count()
      case "reset_by_server": listener.resetByServer = try reader.count()
      case "accept_queue_signs": listener.acceptQueueSigns = try reader.count()
      case "left_in_close_wait": listener.closeWaits = try reader.count()
      case "retried_attempts": listener.retried = try reader.count()
      case "answer_delay": listener.answerDelay = try reader.optional { try $0.answerDelay() }
      default: try reader.skip()
      }
    }
    listener.listener = try require(address, "listener")
    return listener
  }

  private mutating func answerDelay() throws -> ListenerReport.AnswerDelay {
    var delay = ListenerReport.AnswerDelay()
    try object { reader, name in
      switch name {
      case "median": delay.median = try reader.seconds()
      case "max": delay.longest = try reader.seconds()
      case "answers": delay.answers = try reader.count()
      case "after_one_second": delay.slow = try reader.count()
      default: try reader.skip()
      }
    }
    return delay
  }

  mutating func host() throws -> HostReport {
    var address: IPAddress?
    var host = HostReport(IPAddress(v4: 0))
    try object { reader, name in
      switch name {
      case "address": address = try reader.address()
      case "connections": host.ends = try reader.count()
      case "left_in_close_wait": host.closeWaits = try reader.count()
      case "came_out_of_close_wait": host.closeWaitsLeft = try reader.count()
      case "close_wait_growth": host.closeWaitGrowth = try reader.optional { try $0.seconds() }
      case "time_waits": host.timeWaits = try reader.count()
      case "time_waits_as_client": host.clientTimeWaits = try reader.count()
      case "time_wait_peak": host.timeWaitPeak = try reader.count()
      case "resets_per_second_peak": host.resetPeak = try reader.count()
      default: try reader.skip()
      }
    }
    host.host = try require(address, "address")
    return host
  }
}
