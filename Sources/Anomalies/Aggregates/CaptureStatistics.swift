public import ConnectionTracking
import PacketDecoding

/// Everything beyond single flows: fed one ended flow at a time, in bounded room.
///
/// ```swift
/// var statistics = CaptureStatistics()
/// statistics.add(flow, findings.of(flow))
/// for finding in statistics.findings(Thresholds()) { print(finding.message) }
/// ```
public struct CaptureStatistics: Sendable {
  /// Listeners and hosts kept apart; beyond these, those with nothing noteworthy give way to others.
  public static let maximumListeners = 65_536
  public static let maximumHosts = 16_384

  var byListener = AddressTable<ListenerStatistics>(limit: maximumListeners)
  var byHost = AddressTable<HostStatistics>(limit: maximumHosts)
  public var quality = CaptureQuality()
  /// Sockets by state over time; nil where nobody reads that. Only flows that are told of at length are in it: see
  /// ``TrackerConfiguration/digestsUneventful``.
  public var occupancy: StateOccupancy?
  /// Connections to listeners that found no room, not even that of one with nothing noteworthy.
  private(set) var attemptsTurnedAway = 0
  /// What happened at hosts that found none.
  private(set) var eventsOmitted = OmittedEvents()

  /// The rules without whose findings ``add(_:_:isSelected:)`` would count less.
  package static var countedRules: RuleSet { ListenerStatistics.countedRules }

  public init() {}

  /// - Parameter isSelected: whether the flow was asked for. A listener or host is spoken of where one of its flows
  ///   was, and then with all that its other flows show: rates of a selection would say nothing of it.
  public mutating func add(_ flow: Flow, _ findings: [Finding], isSelected: Bool = true) {
    add(flow, FlowDigest(flow), findings, isSelected)
  }

  /// - Parameter digest: of the flow.
  package mutating func add(_ flow: Flow, _ digest: FlowDigest, _ findings: [Finding], _ isSelected: Bool) {
    quality.add(digest, previous: flow.previousFlow)
    quality.addEvents(of: flow)
    occupancy?.add(flow)
    let listener = add(digest, FlowSearch(digest, byListener.index, byHost.index), isSelected)
    if let listener { byListener[listener].add(findings, in: digest.number, of: digest.orientation) }
    let later = flow.observations.drop { $0.kind != .reset }.dropFirst()
    guard !later.isEmpty else { return }
    add(resets: later, in: flow.number, of: .client, flow.client.address, isSelected)
    if flow.client != flow.server { add(resets: later, in: flow.number, of: .server, flow.server.address, isSelected) }
  }

  /// Takes in the later RSTs of a flow that the end in `role` sent.
  ///
  /// - Parameter observations: what the flow had out of the ordinary from its second RST on.
  private mutating func add(
    resets observations: ArraySlice<Observation>, in flow: Int, of role: EndpointRole, _ address: IPAddress,
    _ isSelected: Bool
  ) {
    for observation in observations where observation.kind == .reset && observation.sender == role {
      if let place = host(address, displacing: true) {
        byHost[place].add(reset: observation.first.time, in: flow, isSelected)
      } else {
        eventsOmitted.add(resets: 1)
      }
    }
  }

  /// Takes in a flow.
  ///
  /// - Parameter search: for its ends, at any step.
  /// - Returns: where what is kept of the listener stands; nil where it found no room.
  @inline(never) @discardableResult
  mutating func add(_ flow: FlowDigest, _ search: FlowSearch, _ isSelected: Bool) -> Int? {
    let listener = byListener.place(of: flow.server, search.listener, displacing: true) {
      ListenerStatistics(flow.server, from: flow.firstSeen.time, to: flow.lastSeen.time)
    }
    if let listener {
      byListener[listener].add(flow, isSelected, client: flow.client.address.stableHash)
    } else {
      byListener.omit(1)
      attemptsTurnedAway += 1
    }
    let client = byHost.place(
      of: SocketAddress(address: flow.client.address, port: 0), search.client,
      displacing: flow.isNoteworthy(.client)
    ) { HostStatistics(flow.client.address) }
    add(flow, .client, at: client, isSelected)
    if flow.client != flow.server { add(flow, .server, at: server(of: flow, at: listener), isSelected) }
    return listener
  }

  private mutating func add(_ flow: FlowDigest, _ role: EndpointRole, at host: Int?, _ isSelected: Bool) {
    if let host { return byHost[host].add(flow, role, isSelected) }
    byHost.omit(1)
    eventsOmitted.add(flow, role)
  }

  /// Counts attempts without data whose client found no room.
  mutating func omit(probes count: Int) { eventsOmitted.add(probes: count) }

  /// Where the host of a flow's listener stands, which the listener knows from the second time on.
  private mutating func server(of flow: FlowDigest, at listener: Int?) -> Int? {
    if let listener, let host = byListener[listener].host.place, byHost[Int(host)].host == flow.server.address {
      return Int(host)
    }
    let host = host(flow.server.address, displacing: flow.isNoteworthy(.server))
    if let listener { byListener[listener].host.place = host.map { UInt32(truncatingIfNeeded: $0) } }
    return host
  }

  /// Where what is kept of a host stands; nil where it found no room.
  private mutating func host(_ address: IPAddress, displacing mayDisplace: Bool) -> Int? {
    let socket = SocketAddress(address: address, port: 0)
    return byHost.place(of: socket, byHost.index.search(for: socket), displacing: mayDisplace) {
      HostStatistics(address)
    }
  }

  /// Takes in what another part of the input showed: in whichever order parts are put together, the whole is the same as
  /// long as there is room for all.
  public mutating func merge(_ other: CaptureStatistics) {
    quality.merge(other.quality)
    if let theirs = other.occupancy { occupancy = occupancy ?? StateOccupancy(); occupancy?.merge(theirs) }
    attemptsTurnedAway += other.attemptsTurnedAway
    eventsOmitted.merge(other.eventsOmitted)
    var (turnedAway, events) = (0, OmittedEvents())
    byListener.merge(other.byListener) { turnedAway += $0.isNoteworthy ? $0.attempts : 0 }
    byHost.merge(other.byHost) { events.add($0) }
    attemptsTurnedAway += turnedAway
    eventsOmitted.merge(events)
  }

  /// Flows whose listener, and ends whose host, found no room.
  public var listenersOmitted: Int { byListener.omitted }
  public var hostsOmitted: Int { byHost.omitted }

  /// The listeners, busiest first.
  public var listeners: [ListenerStatistics] {
    let all = byListener.elements
    return all.indices.filter { all[$0].isSelected }.sorted { all[$0].isBusier(than: all[$1]) }.map { all[$0] }
  }

  /// The hosts by address.
  public var hosts: [HostStatistics] {
    let all = byHost.elements
    return all.indices.filter { all[$0].isSelected }.sorted { all[$0].host < all[$1].host }.map { all[$0] }
  }

  /// What is to say of the capture, its listeners and hosts, by time and then in the registry's order.
  public func findings(_ thresholds: Thresholds = Thresholds()) -> [Finding] {
    let hosts = byHost.elements
    let notable = hosts.indices.filter { hosts[$0].isNotable(thresholds) }.map { hosts[$0] }
    let context = AggregateContext(
      quality: quality, listeners: byListener.elements, hosts: notable, limits: limits(thresholds),
      thresholds: thresholds)
    var result: [(finding: Finding, order: Int)] = []
    for (order, rule) in AggregateRule.all.enumerated() {
      for match in rule.check(context) { result.append((Finding(RuleHead(rule.rule), match), order)) }
    }
    return result.sorted { ($0.finding.time, $0.order) < ($1.finding.time, $1.order) }.map(\.finding)
  }
}

extension FlowDigest {
  /// Whether a rule about hosts may count its end in `role`: it sent a RST, was in TIME_WAIT or is in CLOSE_WAIT.
  @inline(__always)
  func isNoteworthy(_ role: EndpointRole) -> Bool {
    let end = role == .client ? clientEnd : serverEnd
    return resetBy == role || end.timeWait.nanoseconds > 0 || end.closeWait == .remains
  }
}
