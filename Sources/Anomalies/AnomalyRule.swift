import ConnectionTracking

/// One anomaly of the catalogue: its words, and how it is recognised.
///
/// A rule is a value. ``all`` holds every one, in the order of the documentation.
public struct AnomalyRule: Sendable {
  /// Kebab-case; permanent.
  public let id: String
  public let title: String
  public let severity: Severity
  public let group: RuleGroup
  /// Where it is defined: an RFC's section, a kernel function.
  public let reference: String
  /// What it means and how it is recognised.
  public let explanation: String
  public let causes: [String]
  /// What to run or look at next.
  public let next: [String]
  /// One sentence: what to do.
  public let advice: String
  /// What other tools call it.
  public let peers: PeerNames
  /// True where a capture that is not whole can feign it: it then counts for information only.
  public let canBeFeigned: Bool
  /// What a flow must have for ``check`` to be asked.
  let trigger: RuleTrigger
  let check: @Sendable (RuleContext) -> [RuleMatch]

  init(
    _ id: String, _ severity: Severity, _ group: RuleGroup, _ title: String, reference: String, explanation: String,
    causes: [String], next: [String], advice: String, peers: PeerNames = PeerNames(), canBeFeigned: Bool = false,
    on trigger: RuleTrigger,
    check: @escaping @Sendable (RuleContext) -> [RuleMatch]
  ) {
    self.id = id
    self.title = title
    self.severity = severity
    self.group = group
    self.reference = reference
    self.explanation = explanation
    self.causes = causes
    self.next = next
    self.advice = advice
    self.peers = peers
    self.canBeFeigned = canBeFeigned
    self.trigger = trigger
    self.check = check
  }
}

/// The groups of the catalogue.
public enum RuleGroup: String, Sendable, Hashable, CaseIterable {
  case handshake, close, stall, reset, incarnation, data, flags
  case captureQuality = "capture-quality"
  case aggregate

  public var title: String {
    switch self {
    case .handshake: "Handshake"
    case .close: "Close path"
    case .stall: "Stalls and leaks"
    case .reset: "Resets"
    case .incarnation: "TIME_WAIT and incarnations"
    case .data: "Sequence, window, data"
    case .flags: "Flags and shape"
    case .captureQuality: "Capture quality"
    case .aggregate: "Listeners and hosts"
    }
  }
}

/// What other tools call an anomaly; nil where they have no name for it.
public struct PeerNames: Sendable, Equatable {
  public var wireshark: String?
  public var zeek: String?
  public var suricata: String?
  /// A counter of `nstat`, or a reason of the kernel's tracepoints.
  public var kernel: String?

  public init(wireshark: String? = nil, zeek: String? = nil, suricata: String? = nil, kernel: String? = nil) {
    self.wireshark = wireshark
    self.zeek = zeek
    self.suricata = suricata
    self.kernel = kernel
  }

  /// Tool and name, in a fixed order.
  public var all: [(tool: String, name: String)] {
    [("wireshark", wireshark), ("zeek", zeek), ("suricata", suricata), ("kernel", kernel)]
      .compactMap { tool, name in name.map { (tool, $0) } }
  }
}

/// Notices and traits, any of which makes a rule worth asking. Most flows have none, and cost next to nothing.
struct RuleTrigger: Sendable {
  var kinds: ObservationKinds
  var traits: FlowTraits

  static func observations(_ kinds: ObservationKind...) -> RuleTrigger {
    RuleTrigger(kinds: kinds.reduce(into: []) { $0.insert(ObservationKinds($1)) }, traits: [])
  }

  static func traits(_ traits: FlowTraits) -> RuleTrigger { RuleTrigger(kinds: [], traits: traits) }

  static func either(_ traits: FlowTraits, _ kinds: ObservationKind...) -> RuleTrigger {
    RuleTrigger(kinds: kinds.reduce(into: []) { $0.insert(ObservationKinds($1)) }, traits: traits)
  }

  /// Asked for no flow: a rule about the capture, a listener or a host.
  static let never = RuleTrigger(kinds: [], traits: [])
}
