import ConnectionTracking
import PacketDecoding

// What piles up at one host.

extension AnomalyRule {
  static let fdLeakSuspect = aggregate(
    "fd-leak-suspect", .error, "CLOSE_WAIT grows",
    explanation: """
      Over five minutes and more, connections of one host went into CLOSE_WAIT and none came out: its application \
      loses sockets, and will run out of file descriptors.
      """,
    causes: ["a code path that does not close() after the end of the stream"],
    next: ["ss -tnp state close-wait | wc -l", "ls /proc/PID/fd | wc -l; ulimit -n"],
    advice: "Find the code path that does not close; restart the process before it runs out of descriptors.",
    peers: PeerNames(kernel: "ss state close-wait"))
  static let timeWaitPileup = aggregate(
    "time-wait-pileup", .warning, "TIME_WAIT piles up",
    explanation: """
      More connections of one host were in TIME_WAIT at once than the limit, or as many client ends as it has ports. \
      The count is estimated from the wire, with the stack's 2MSL. The end that closes first keeps TIME_WAIT: at a client each holds a port, at a server only memory.
      """,
    causes: ["a new connection for every request", "the same end closes first every time"],
    next: ["ss -tan state time-wait | wc -l", "sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse"],
    advice: "Keep connections open and use them again, or let the server close first.",
    peers: PeerNames(kernel: "TcpExtTW, /proc/net/sockstat tw"), reference: "RFC 9293 §3.6.1")
  static let resetStorm = aggregate(
    "rst-storm", .warning, "A storm of RSTs", explanation: "One host sent more RSTs in a second than the limit.",
    causes: ["a scan of its ports", "the service is down and its clients retry", "a failover cut connections off"],
    next: ["nstat -az TcpOutRsts", "tcp.flags.reset == 1"],
    advice: "See what the RSTs answer: SYNs, or connections that were lost.",
    peers: PeerNames(zeek: "RST_storm"))
  static let portScan = aggregate(
    "port-scan", .warning, "A search for open ports",
    explanation: """
      One host opened connections to many ports, each about once, and sent no data in any: a port scan. A SYN scan is \
      half open: its SYN comes from a raw socket, so that the kernel, which knows of no attempt, answers the SYN-ACK by \
      RST, often with another TTL. Closed ports refuse, filtered ones are silent.
      """,
    causes: [
      "nmap, masscan or another scanner, asked for or not", "an inventory or monitoring that looks for services",
    ],
    next: ["tcp.flags.syn == 1 && tcp.flags.ack == 0 && ip.src == HOST", "wirestat analyze FILE --host HOST"],
    advice: "Find out who runs that host; refusals and resets among these attempts are no faults of the services.",
    peers: PeerNames(zeek: "Scan::Port_Scan, RSTOS0 and REJ", suricata: "ET SCAN"), reference: "RFC 9293 §3.5, Figure 8"
  )
}

extension AggregateRule {
  static let hosts: [AggregateRule] = [
    AggregateRule(rule: .closeWaitLeak) { context in
      context.hosts { host in
        host.leakingServices(context.thresholds).map { service, ends in
          HostVerdict(
            "\(host.name(of: service, ends.count)) \(ends.count == 1 ? "was" : "were") left in CLOSE_WAIT for more than "
              + "\(Phrase.duration(context.thresholds.closeWait)).",
            ends[0].stay.since, ends.map(\.frame).filter { $0 > 0 }.min(), ends.count, FlowSample(ends.map(\.flow)),
            port: service.port)
        }
      }
    },
    AggregateRule(rule: .fdLeakSuspect) { context in
      context.hosts { host in
        guard let first = host.closeWaitSince.min(), let last = host.closeWaitSince.max(),
          host.closeWaits >= context.thresholds.closeWaitFlows, host.closeWaitsLeft * 10 < host.closeWaits,
          last.nanoseconds(since: first) >= context.thresholds.closeWaitGrowth
        else { return [] }
        return [
          HostVerdict(
            "\(host.closeWaits) connections of \(host.host) went into CLOSE_WAIT over "
              + "\(Phrase.duration(last.nanoseconds(since: first))), and "
              + "\(host.closeWaitsLeft == 0 ? "none" : "\(host.closeWaitsLeft)") came out.",
            first, host.closeWaitFrame, host.closeWaits, host.closeWaitFlows
          )
        ]
      }
    },
    AggregateRule(rule: .timeWaitPileup) { context in
      context.hosts { host in
        let isClient = host.clientTimeWaits * 2 > host.timeWaits
        let limit =
          isClient
          ? min(context.thresholds.timeWait, context.thresholds.mostPorts) : context.thresholds.timeWait
        guard host.timeWaits > limit else { return [] }
        let peak = host.timeWait.peak
        guard peak.count > limit else { return [] }
        return [
          HostVerdict(
            "About \(peak.count) connections of \(host.host) were in TIME_WAIT at once: "
              + (isClient ? "as a client it closes first, and each holds a port." : "as the server it closes first."),
            peak.time, nil, peak.count, FlowSample(),
            advice: isClient ? nil : "Keep connections open and use them again, or let the clients close first.")
        ]
      }
    },
    AggregateRule(rule: .resetStorm) { context in
      context.hosts { host in
        guard host.resets.peak >= context.thresholds.resetStorm else { return [] }
        return [
          HostVerdict(
            "\(host.host) sent \(host.resets.peak) RSTs in one second.", host.resets.peakTime, nil, host.resets.peak,
            host.resetFlows
          )
        ]
      }
    },
    AggregateRule(rule: .portScan) { context in
      context.hosts.filter { $0.isScanner(context.thresholds) }.sorted { $0.host < $1.host }.map {
        $0.probes.match($0.host)
      }
    },
  ]
}

extension HostStatistics {
  /// Whether any of these rules may have something to say of it: of most hosts, none has.
  func isNotable(_ thresholds: Thresholds) -> Bool {
    isSelected
      && (closeWaits > 0 || timeWaits > min(thresholds.timeWait, thresholds.mostPorts)
        || resets.peak >= thresholds.resetStorm || isScanner(thresholds))
  }
}

extension HostStatistics {
  /// What it left in CLOSE_WAIT for too long, by service, where that is enough to tell of; the earliest first.
  fileprivate func leakingServices(_ thresholds: Thresholds) -> [(UnclosedEnd.Service, [UnclosedEnd])] {
    let ends = closeWaitsKept.filter { $0.stay.nanoseconds > thresholds.closeWait }
    return Dictionary(grouping: ends, by: \.service).filter { $0.value.count >= max(1, thresholds.closeWaitFlows) }
      .sorted { ($0.value[0].stay.since, $0.key) < ($1.value[0].stay.since, $1.key) }.map { ($0.key, $0.value) }
  }

  /// "5 connections of 10.0.0.2:8080", or "5 connections of 10.0.0.1 to port 8080".
  fileprivate func name(of service: UnclosedEnd.Service, _ count: Int) -> String {
    let connections = Phrase.count(count, "connection")
    switch service.role {
    case .server: return "\(connections) of \(SocketAddress(address: host, port: service.port))"
    case .client: return "\(connections) of \(host) to port \(service.port)"
    }
  }
}

extension UnclosedEnd.Service: Comparable {
  static func < (left: Self, right: Self) -> Bool {
    (left.port, left.role == .client ? 0 : 1) < (right.port, right.role == .client ? 0 : 1)
  }
}

/// What is to be said of a host.
private struct HostVerdict {
  let message: String
  let time: Timestamp
  let frame: UInt64?
  let count: Int
  let flows: FlowSample
  /// The listener's, where it is about one service.
  let port: UInt16?
  /// nil: the rule's own.
  let advice: String?

  init(
    _ message: String, _ time: Timestamp, _ frame: UInt64?, _ count: Int, _ flows: FlowSample, port: UInt16? = nil,
    advice: String? = nil
  ) {
    self.message = message
    self.time = time
    self.frame = frame
    self.count = count
    self.flows = flows
    self.port = port
    self.advice = advice
  }

  func match(of host: IPAddress) -> RuleMatch {
    var match = RuleMatch(nil, at: time, frames: frame.map { [$0] } ?? [], message).with("host", "\(host)")
    if let port { match = match.with("port", Int(port)) }
    match = match.with("count", count).with("flows", flows.numbers)
    return advice.map(match.advising) ?? match
  }
}

extension AggregateContext {
  /// What `judge` has to say of each host.
  fileprivate func hosts(_ judge: (HostStatistics) -> [HostVerdict]) -> [RuleMatch] {
    hosts.sorted { $0.host < $1.host }.flatMap { host in judge(host).map { $0.match(of: host.host) } }
  }
}
