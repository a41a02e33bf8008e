import ConnectionTracking
import PacketDecoding

/// What one host tried by connections that carried nothing: which ports of which hosts, and what it found there.
struct PortProbes: Sendable, Equatable {
  /// An attempt that carried no payload.
  enum Outcome { case halfOpen, open, closed, silent }

  /// The attempt that passed first.
  private struct First: Sendable, Equatable {
    var frame = UInt64.max
    var time = Timestamp(nanoseconds: 0)
    var target = IPAddress(v4: 0)
  }

  private(set) var count = 0
  /// Attempts whose SYN-ACK was answered by RST at once.
  private(set) var halfOpen = 0
  /// Attempts that found a listener, those included.
  private(set) var open = 0
  private(set) var closed = 0
  private(set) var silent = 0
  private(set) var flows = FlowSample()
  private var sockets = AddressSet()
  private var targets = AddressSet()
  private var ports = AddressSet()
  /// Ports below 1024, at which a client tries its luck only where it looks for services.
  private var systemPorts = AddressSet()
  private var first = First()

  mutating func add(_ outcome: Outcome, _ flow: FlowDigest) {
    count += 1
    switch outcome {
    case .halfOpen: (halfOpen, open) = (halfOpen + 1, open + 1)
    case .open: open += 1
    case .closed: closed += 1
    case .silent: silent += 1
    }
    let (target, port) = (flow.server.address.stableHash, max(1, UInt64(flow.server.port).mixed))
    targets.insert(target)
    ports.insert(port)
    sockets.insert(max(1, (target ^ port).mixed))
    if flow.server.port < 1024 { systemPorts.insert(port) }
    flows.add(flow.number)
    if flow.firstSeen.frame < first.frame {
      first = First(frame: flow.firstSeen.frame, time: flow.firstSeen.time, target: flow.server.address)
    }
  }

  mutating func merge(_ other: PortProbes) {
    count += other.count
    halfOpen += other.halfOpen
    open += other.open
    closed += other.closed
    silent += other.silent
    flows.merge(other.flows)
    sockets.merge(other.sockets)
    targets.merge(other.targets)
    ports.merge(other.ports)
    systemPorts.merge(other.systemPorts)
    if other.first.frame < first.frame { first = other.first }
  }

  /// Whether this is a search for open ports: many of them, and none again that had answered, as health checks do.
  ///
  /// SYN-ACKs that are reset at once tell one early. Without them, refusals of many ports of a few hosts do, and silence
  /// only where services are asked for: a peer-to-peer client, or one that an FTP server sends to ports that a
  /// firewall closes, meets both.
  ///
  /// - Parameter least: ports, or a quarter of the ports or hosts where nothing was left half open.
  func isScan(least: Int) -> Bool {
    let mostAnswers = sockets.count + sockets.count / 4
    guard count > 0, sockets.isFull || (count <= 3 * sockets.count && open + closed <= mostAnswers) else {
      return false
    }
    if halfOpen > 1 { return reach(ports) >= least || reach(targets) / 4 >= least }
    let isDeep = sockets.count >= 3 * targets.count
    return isDeep && reach(ports) / 4 >= least && (open + closed > 0 || systemPorts.count >= min(least, 64))
  }

  /// The fewest that `set` may stand for.
  private func reach(_ set: AddressSet) -> Int { set.isFull ? max(set.count, count / 3) : set.count }

  /// What there is to say of `host`, which tried all that.
  func match(_ host: IPAddress) -> RuleMatch {
    let whom = targets.count == 1 ? "\(first.target)" : Self.words(targets, "host")
    return RuleMatch(
      nil, at: first.time, frames: [first.frame], .presumed,
      "\(host) tried \(Self.words(ports, "port")) of \(whom) in \(Phrase.count(count, "attempt")) without data: \(open) "
        + "found a listener, \(closed) \(closed == 1 ? "was" : "were") refused, \(silent) had no answer."
    )
    .with("host", "\(host)").with("count", count).with("targets", targets.count).with("ports", ports.count)
    .with("open", open).with("half_open", halfOpen).with("closed", closed).with("silent", silent)
    .with("flows", flows.numbers)
  }

  private static func words(_ set: AddressSet, _ noun: String) -> String {
    set.isFull ? "\(set.count) \(noun)s or more" : Phrase.count(set.count, noun)
  }
}

extension FlowDigest {
  /// What its client found, where it was seen to open and carried nothing; nil for any other.
  @inline(__always)
  var probe: PortProbes.Outcome? {
    guard payloadBytes == 0, orientation == .syn else { return nil }
    switch close {
    case .refused: return closedBy == .server ? .closed : .silent
    case .unanswered: return .silent
    case .reset where resetBy == .client && serverEnd.hasSent: return packets <= 3 ? .halfOpen : .open
    default: return nil
    }
  }
}
