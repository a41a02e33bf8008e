public import Anomalies
public import PacketDecoding

/// What there is to say once the input has ended: the capture as a whole and the totals over its flows.
///
/// Flows are not held here: a renderer gets each one as it ends, so that memory follows the open flows.
public struct Report: Sendable {
  /// The version of the machine-readable output. Fields are only ever added within one.
  public static let schemaVersion = 1

  public var capture = CaptureSummary()
  public var totals = FlowTotals()
  /// The totals of the flows that were asked for; nil where all were.
  public var selected: FlowTotals?
  /// What was found at listeners and hosts.
  public var findings: [Finding] = []
  /// The listeners, busiest first.
  public var listeners: [ListenerReport] = []
  /// The hosts by address.
  public var hosts: [HostReport] = []
  /// Connections whose listener, and ends of connections whose host, found no room.
  public var listenersOmitted = 0
  public var hostsOmitted = 0

  public init() {}
}

/// The input of a run: what was read, when it was recorded, and what could not be followed.
public struct CaptureSummary: Sendable, Equatable {
  /// The files or the interface, as they were named.
  public var inputs: [String] = []
  /// The link types met, by libpcap's names.
  public var linkTypes: [String] = []
  public var packets = PacketCounts()
  /// The first and the last packet's time.
  public var firstSeen: Timestamp?
  public var lastSeen: Timestamp?
  /// Packets lost before they could be recorded, as the kernel counts them; nil for files, which do not say.
  public var drops: DropCounts?
  /// What was said on standard error while reading: a truncated file, a limit that bit.
  public var warnings: [String] = []
  /// What makes the capture doubtful.
  public var findings: [Finding] = []
  /// What was met packet by packet.
  public var quality = CaptureQuality()

  public init() {}
}

/// Packets a live capture lost (`pcap_stats`).
public struct DropCounts: Sendable, Equatable {
  /// The capture buffer was full.
  public var kernel: Int
  /// The interface or its driver gave up.
  public var interface: Int

  public init(kernel: Int, interface: Int) {
    self.kernel = kernel
    self.interface = interface
  }
}
