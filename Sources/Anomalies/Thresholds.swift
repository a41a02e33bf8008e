/// From where on the rules speak. Durations are nanoseconds.
public struct Thresholds: Sendable, Equatable {
  private static let second: Int64 = 1_000_000_000

  /// SYNs without an answer, or the time they were repeated over, before an attempt counts as failed.
  public var unansweredSYNs = 3
  public var unansweredSYNTime = 3 * second
  public var synReceived = 3 * second
  public var closeWait = 30 * second
  public var finWait1 = 3 * second
  /// The default is that of `tcp_fin_timeout`.
  public var finWait2 = 60 * second
  public var lastAck = 3 * second
  public var closing = 3 * second
  public var zeroWindow = 3 * second
  public var idle = 300 * second
  /// A silence after which a middlebox may have forgotten the connection.
  public var middleboxIdle = 60 * second
  public var blackoutSegments = 5
  public var blackoutTime = 10 * second
  public var unansweredProbes = 2
  /// Keepalive probes closer than this for a minute are a storm.
  public var keepAliveInterval = 10 * second
  /// How much a RST's TTL may differ from its sender's other packets.
  public var timeToLiveTolerance = 1
  /// The least time in which data and the FIN it crosses count as a race.
  public var race: Int64 = 50_000_000

  // The capture.
  /// Duplicated packets, in thousandths of all.
  public var duplicates = 20
  /// Bytes acknowledged but never captured, in thousandths.
  public var captureLoss = 1

  // Listeners and hosts.
  /// SYNs a second to one listener.
  public var synFlood = 100
  /// RSTs a second of one host.
  public var resetStorm = 100
  /// Ports that one host tries without sending data.
  public var scannedPorts = 5
  /// Flows reset by the server, in hundredths.
  public var resetRate = 5
  /// Flows that were closed by half for a while, in hundredths.
  public var halfClose = 30
  /// Flows of a listener or host before a rate of theirs says anything.
  public var rateSample = 20
  public var acceptQueueFlows = 2
  public var closeWaitFlows = 3
  public var closeWaitGrowth = 300 * second
  /// TIME_WAITs of one host at once.
  public var timeWait = 10_000
  /// The ports a client may take, `net.ipv4.ip_local_port_range`.
  public var ephemeralPorts = 28_232

  public init() {}

  /// Four fifths of ``ephemeralPorts``: from there on a client may soon find none. No product, as there is no largest
  /// number that may be asked for.
  var mostPorts: Int { ephemeralPorts - ephemeralPorts / 5 - (ephemeralPorts % 5 == 0 ? 0 : 1) }

  /// The shortest pause that a rule may ask about: what `TrackerConfiguration/leastSilence` must be for these.
  public var leastSilence: Int64 { min(Self.second, idle, middleboxIdle) }

  /// The shortest pause before plain data that a rule asks about: what `TrackerConfiguration/leastIdle` must be.
  public var leastIdle: Int64 { min(idle, middleboxIdle) }

  /// The shortest time in a state that a rule may ask about.
  var leastStall: Int64 {
    min(min(Self.second, synReceived, unansweredSYNTime, closeWait), min(finWait1, finWait2, lastAck, closing))
  }
}
