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

  private var byListener: [SocketAddress: ListenerStatistics] = [:]
  private var byHost: [IPAddress: HostStatistics] = [:]
  public private(set) var listenersOmitted = 0
  public private(set) var hostsOmitted = 0
  public var quality = CaptureQuality()

  public init() {}

  /// - Parameter isSelected: whether the flow was asked for. A listener or host is spoken of where one of its flows
  ///   was, and then with all that its other flows show: rates of a selection would say nothing of it.
  public mutating func add(_ flow: Flow, _ findings: [Finding], isSelected: Bool = true) {
    quality.add(flow)
    addListener(flow, findings, isSelected)
    addHost(flow.client.address, flow, .client, isSelected)
    if flow.client != flow.server { addHost(flow.server.address, flow, .server, isSelected) }
  }

  /// The listeners, busiest first.
  public var listeners: [ListenerStatistics] {
    byListener.values.filter(\.isSelected).sorted { ($1.attempts, $0.listener) < ($0.attempts, $1.listener) }
  }

  /// The hosts by address.
  public var hosts: [HostStatistics] { byHost.values.filter(\.isSelected).sorted { $0.host < $1.host } }

  /// What is to say of the capture, its listeners and hosts, by time and then in the registry's order.
  public func findings(_ thresholds: Thresholds = Thresholds()) -> [Finding] {
    let context = AggregateContext(statistics: self, thresholds: thresholds)
    var result: [(finding: Finding, order: Int)] = []
    for (order, rule) in AggregateRule.all.enumerated() {
      for sighting in rule.check(context) { result.append((Finding(rule.rule, sighting), order)) }
    }
    return result.sorted { ($0.finding.time, $0.order) < ($1.finding.time, $1.order) }.map(\.finding)
  }

  private mutating func addListener(_ flow: Flow, _ findings: [Finding], _ isSelected: Bool) {
    if byListener.count >= Self.maximumListeners, byListener[flow.server] == nil {
      listenersOmitted += 1
    } else {
      byListener[flow.server, default: ListenerStatistics(flow.server, at: flow.firstSeen.time)]
        .add(flow, findings, isSelected)
    }
  }

  private mutating func addHost(_ host: IPAddress, _ flow: Flow, _ end: EndpointRole, _ isSelected: Bool) {
    if byHost.count >= Self.maximumHosts, byHost[host] == nil {
      hostsOmitted += 1
    } else {
      byHost[host, default: HostStatistics(host)].add(flow, end, isSelected)
    }
  }
}
