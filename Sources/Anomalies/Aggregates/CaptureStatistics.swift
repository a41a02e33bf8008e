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

  var byListener = AddressTable<ListenerStatistics>(limit: maximumListeners)
  var byHost = AddressTable<HostStatistics>(limit: maximumHosts)
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
    let places = add(digest, FlowSearch(digest, byListener.index, byHost.index), isSelected)
    if let listener = places.listener { byListener[listener].add(findings, of: digest.orientation) }
    let later = flow.observations.drop { $0.kind != .reset }.dropFirst()
    if let host = places.client { byHost[host].add(resets: later, of: .client) }
    if let host = places.server { byHost[host].add(resets: later, of: .server) }
  }

  /// Takes in a flow.
  ///
  /// - Parameter search: for its ends, at any step.
  /// - Returns: where what is kept of the listener and of both hosts stands. That of a server that is its own client is
  ///   nil, as that of any that found no room.
  @inline(never) @discardableResult
  mutating func add(
    _ flow: FlowDigest, _ search: FlowSearch, _ isSelected: Bool
  ) -> (listener: Int?, client: Int?, server: Int?) {
    let listener = byListener.place(of: flow.server, search.listener) {
      ListenerStatistics(flow.server, at: flow.firstSeen.time)
    }
    if let listener { byListener[listener].add(flow, isSelected, client: search.client.hash) }
    let client = byHost.place(of: SocketAddress(address: flow.client.address, port: 0), search.client) {
      HostStatistics(flow.client.address)
    }
    if let client { byHost[client].add(flow, .client, isSelected) }
    guard flow.client != flow.server, let server = host(of: flow.server, at: listener) else {
      return (listener, client, nil)
    }
    byHost[server].add(flow, .server, isSelected)
    return (listener, client, server)
  }

  /// Where the host of a listener stands, which the listener knows from the second time on.
  private mutating func host(of server: SocketAddress, at listener: Int?) -> Int? {
    if let listener, let host = byListener[listener].host { return Int(host) }
    let address = SocketAddress(address: server.address, port: 0)
    let host = byHost.place(of: address, byHost.index.search(for: address)) { HostStatistics(server.address) }
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
      for match in rule.check(context) { result.append((Finding(RuleHead(rule.rule), match), order)) }
    }
    return result.sorted { ($0.finding.time, $0.order) < ($1.finding.time, $1.order) }.map(\.finding)
  }
}
