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
    add(FlowDigest(flow), flow.notices, findings, isSelected)
  }

  /// Takes in flows that were asked for and that nothing is to be said of.
  ///
  /// - Parameter flows: uneventful; see ``TrackerConfiguration/digestsUneventful``.
  public mutating func add(_ flows: [FlowDigest]) {
    for index in flows.indices { add(flows[index], [], [], true) }
  }

  /// Takes in what is counted of a flow, with its notices.
  @inline(__always)
  package mutating func add(
    _ flow: FlowDigest, _ notices: [FlowNotice], _ findings: [Finding], _ isSelected: Bool
  ) {
    quality.add(flow, notices)
    let client = SocketAddress(address: flow.client.address, port: 0)
    let clientHash = byHost.hash(of: client)
    let listener = byListener.place(of: flow.server, byListener.hash(of: flow.server)) {
      ListenerStatistics(flow.server, at: flow.firstSeen.time)
    }
    if let listener { byListener[listener].add(flow, findings, isSelected, client: clientHash) }
    if let host = byHost.place(of: client, clientHash, new: { HostStatistics(client.address) }) {
      byHost[host].add(flow, notices, .client, isSelected)
    }
    guard flow.client != flow.server, let host = host(of: flow.server, at: listener) else { return }
    byHost[host].add(flow, notices, .server, isSelected)
  }

  /// Where the host of a listener stands, which the listener knows from the second time on.
  @inline(__always)
  private mutating func host(of server: SocketAddress, at listener: Int?) -> Int? {
    if let listener, let host = byListener[listener].host { return Int(host) }
    let address = SocketAddress(address: server.address, port: 0)
    let host = byHost.place(of: address, byHost.hash(of: address)) { HostStatistics(server.address) }
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
    let context = AggregateContext(
      quality: quality, listeners: byListener.elements, hosts: byHost.elements, thresholds: thresholds)
    var result: [(finding: Finding, order: Int)] = []
    for (order, rule) in AggregateRule.all.enumerated() {
      for sighting in rule.check(context) { result.append((Finding(RuleHead(rule.rule), sighting), order)) }
    }
    return result.sorted { ($0.finding.time, $0.order) < ($1.finding.time, $1.order) }.map(\.finding)
  }
}
