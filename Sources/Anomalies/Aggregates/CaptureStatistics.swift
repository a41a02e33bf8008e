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

  /// The rules without whose findings ``add(_:_:)`` would count less.
  package static var countedRules: RuleSet { ListenerStatistics.countedRules }

  public init() {}

  /// - Parameter isSelected: whether the flow was asked for. A listener or host is spoken of where one of its flows
  ///   was, and then with all that its other flows show: rates of a selection would say nothing of it.
  public mutating func add(_ flow: Flow, _ findings: [Finding], isSelected: Bool = true) {
    quality.add(flow)
    byListener.update(flow.server, new: { ListenerStatistics(flow.server, at: flow.firstSeen.time) }) {
      $0.add(flow, findings, isSelected)
    }
    addHost(flow.client.address, flow, .client, isSelected)
    if flow.client != flow.server { addHost(flow.server.address, flow, .server, isSelected) }
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

  @inline(__always)
  private mutating func addHost(_ host: IPAddress, _ flow: Flow, _ end: EndpointRole, _ isSelected: Bool) {
    byHost.update(SocketAddress(address: host, port: 0), new: { HostStatistics(host) }) {
      $0.add(flow, end, isSelected)
    }
  }
}
