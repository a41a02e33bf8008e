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
  /// Listeners and hosts kept apart; beyond these, more are only counted.
  public static let maximumListeners = 65_536
  public static let maximumHosts = 16_384

  private var byListener = AddressTable<ListenerStatistics>(limit: maximumListeners)
  private var byHost = AddressTable<HostStatistics>(limit: maximumHosts)
  public var quality = CaptureQuality()

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
    let places = add([digest], at: 0, Search(digest, byListener, byHost), isSelected)
    if let listener = places.listener { byListener[listener].add(findings, of: digest.orientation) }
    let later = flow.notices.drop { $0.kind != .reset }.dropFirst()
    if let host = places.client { byHost[host].add(resets: later, of: .client) }
    if let host = places.server { byHost[host].add(resets: later, of: .server) }
  }

  /// Takes in flows that were asked for and that nothing is to be said of.
  ///
  /// - Parameter flows: uneventful; see ``TrackerConfiguration/digestsUneventful``.
  public mutating func add(_ flows: [FlowDigest]) {
    // A ring with room for all that are under way, 3 * distance.
    var searches = [32 of Search](repeating: Search())
    func at(_ index: Int) -> Int { index % searches.count }
    for index in 0..<flows.count + 3 * Self.distance {
      if index < flows.count {
        quality.prefetch(flows[index])
        searches[at(index)] = Search(flows[index], byListener, byHost)
      }
      let begun = index - Self.distance
      if begun >= 0, begun < flows.count { searches[at(begun)].begin(byListener, byHost) }
      let found = begun - Self.distance
      if found >= 0, found < flows.count {
        searches[at(found)].goOn(flows[found].client.address, flows[found].server, &byListener, &byHost)
      }
      let counted = found - Self.distance
      if counted >= 0 { count(flows, at: counted, searches[at(counted)]) }
    }
  }

  /// Flows between one step of a search and the next. What a step asks for is there then, and no more is asked for at
  /// once than a processor remembers.
  private static let distance = 6

  @inline(__always)
  private mutating func count(_ flows: [FlowDigest], at index: Int, _ search: Search) {
    quality.add(flows[index])
    _ = add(flows, at: index, search, true)
  }

  /// The listener and the client of a flow are looked for.
  private struct Search {
    var listener: AddressTable<ListenerStatistics>.Search
    var client: AddressTable<HostStatistics>.Search

    /// For nobody.
    init() { (listener, client) = (.init(), .init()) }

    @inline(__always)
    init(_ flow: FlowDigest, _ listeners: AddressTable<ListenerStatistics>, _ hosts: AddressTable<HostStatistics>) {
      listener = listeners.search(for: flow.server)
      client = hosts.search(for: SocketAddress(address: flow.client.address, port: 0))
    }

    @inline(__always)
    mutating func begin(_ listeners: AddressTable<ListenerStatistics>, _ hosts: AddressTable<HostStatistics>) {
      listeners.begin(&listener)
      hosts.begin(&client)
    }

    @inline(__always)
    mutating func goOn(
      _ client: IPAddress, _ server: SocketAddress, _ listeners: inout AddressTable<ListenerStatistics>,
      _ hosts: inout AddressTable<HostStatistics>
    ) {
      if let place = listeners.find(server, &listener) {
        let host = listeners[place].prefetchRest(client: self.client.hash)
        if let host { hosts.prefetch(Int(host)) }
      }
      if let place = hosts.find(SocketAddress(address: client, port: 0), &self.client) {
        hosts[place].prefetchRest()
      }
    }
  }

  /// Takes in one of `flows`, which is read where it lies.
  ///
  /// - Returns: where what is kept of the listener and of both hosts stands. That of a server that is its own client is
  ///   nil, as that of any that found no room.
  private mutating func add(
    _ flows: [FlowDigest], at index: Int, _ search: Search, _ isSelected: Bool
  ) -> (listener: Int?, client: Int?, server: Int?) {
    let (client, server, time) = (flows[index].client, flows[index].server, flows[index].firstSeen.time)
    let listener = byListener.place(of: server, search.listener) { ListenerStatistics(server, at: time) }
    if let listener { byListener[listener].add(flows[index], isSelected, client: search.client.hash) }
    let clientHost = byHost.place(of: SocketAddress(address: client.address, port: 0), search.client) {
      HostStatistics(client.address)
    }
    if let clientHost {
      byHost[clientHost].add(flows[index].clientEnd, .client, isSelected)
      if flows[index].resetBy == .client { byHost[clientHost].addReset(at: flows[index].resetTime) }
    }
    guard client != server, let host = host(of: server, at: listener) else { return (listener, clientHost, nil) }
    byHost[host].add(flows[index].serverEnd, .server, isSelected)
    if flows[index].resetBy == .server { byHost[host].addReset(at: flows[index].resetTime) }
    return (listener, clientHost, host)
  }

  /// Where the host of a listener stands, which the listener knows from the second time on.
  @inline(__always)
  private mutating func host(of server: SocketAddress, at listener: Int?) -> Int? {
    if let listener, let host = byListener[listener].host { return Int(host) }
    let address = SocketAddress(address: server.address, port: 0)
    let host = byHost.place(of: address, byHost.search(for: address)) { HostStatistics(server.address) }
    if let listener, let host { byListener[listener].host = UInt32(truncatingIfNeeded: host) }
    return host
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
      quality: quality, listeners: byListener.elements, hosts: notable, thresholds: thresholds)
    var result: [(finding: Finding, order: Int)] = []
    for (order, rule) in AggregateRule.all.enumerated() {
      for sighting in rule.check(context) { result.append((Finding(RuleHead(rule.rule), sighting), order)) }
    }
    return result.sorted { ($0.finding.time, $0.order) < ($1.finding.time, $1.order) }.map(\.finding)
  }
}
