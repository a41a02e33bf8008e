/// What differs between TCP stacks where the wire is silent: how long timers run, what a RST and an ICMP error do.
public struct StackProfile: Sendable, Hashable {
  /// The name on the command line.
  public var name: String
  /// 2 × MSL in nanoseconds: how long TIME_WAIT lasts (RFC 9293 §3.4.2, §3.6.1).
  public var timeWait: Int64
  /// How long FIN_WAIT_2 lasts after the application closed, in nanoseconds; nil where nothing ends it.
  public var orphanedFinWait2: Int64?
  /// Whether an exact RST ends TIME_WAIT (RFC 1337 says it should not; RFC 9293 §3.10.7.4 lets it).
  public var resetEndsTimeWait: Bool
  /// Where RFC 9293 §3.10.7.4 takes a RST at RCV.NXT alone, whether what stands in for a socket in SYN_RCVD or an orphaned
  /// FIN_WAIT_2 takes any in the window (Linux `tcp_check_req`, `tcp_timewait_state_process`), and a socket that has
  /// received a FIN one at the number of that FIN too (`tcp_reset_check`).
  public var takesInexactReset: Bool
  /// Whether a listener drops a SYN with FIN (Linux `tcp_rcv_state_process`, XNU `drop_synfin`), which RFC 9293 §3.10.7.2 takes.
  public var dropsSYNFIN: Bool
  /// The ICMP errors beside destination unreachable that end an attempt to connect; RFC 1122 §4.2.3.9 calls them soft.
  public var softErrors: SoftErrors

  /// What a stack makes of ICMP errors that RFC 1122 calls soft, in SYN_SENT.
  public enum SoftErrors: UInt8, Sendable, Hashable {
    case endNothing
    /// Time exceeded in transit ends the attempt (FreeBSD and XNU `tcp_ctlinput`: `PRC_TIMXCEED_INTRANS`).
    case endAttemptInTransit
    /// Time exceeded and parameter problem end the attempt (Linux `tcp_v4_err`, `tcp_v6_err`).
    case endAttempt
  }

  public init(
    name: String, timeWait: Int64, orphanedFinWait2: Int64?, resetEndsTimeWait: Bool, takesInexactReset: Bool = false,
    dropsSYNFIN: Bool = false, softErrors: SoftErrors = .endNothing
  ) {
    self.name = name
    self.timeWait = timeWait
    self.orphanedFinWait2 = orphanedFinWait2
    self.resetEndsTimeWait = resetEndsTimeWait
    self.takesInexactReset = takesInexactReset
    self.dropsSYNFIN = dropsSYNFIN
    self.softErrors = softErrors
  }

  private static let second: Int64 = 1_000_000_000

  /// MSL is two minutes, FIN-WAIT-2 has no timer.
  public static let rfc9293 = StackProfile(
    name: "rfc9293", timeWait: 240 * second, orphanedFinWait2: nil, resetEndsTimeWait: true)
  /// `TCP_TIMEWAIT_LEN`, `tcp_fin_timeout`, `tcp_rfc1337 = 0`.
  public static let linux = StackProfile(
    name: "linux", timeWait: 60 * second, orphanedFinWait2: 60 * second, resetEndsTimeWait: true,
    takesInexactReset: true, dropsSYNFIN: true, softErrors: .endAttempt)
  /// `net.inet.tcp.msl` 30 s, `net.inet.tcp.finwait2_timeout` 60 s.
  public static let freebsd = StackProfile(
    name: "freebsd", timeWait: 60 * second, orphanedFinWait2: 60 * second, resetEndsTimeWait: false,
    softErrors: .endAttemptInTransit)
  /// `net.inet.tcp.msl` 15 s.
  public static let macos = StackProfile(
    name: "macos", timeWait: 30 * second, orphanedFinWait2: 60 * second, resetEndsTimeWait: false,
    dropsSYNFIN: true, softErrors: .endAttemptInTransit)
  /// `TcpTimedWaitDelay`, 120 s as seen on current versions.
  public static let windows = StackProfile(
    name: "windows", timeWait: 120 * second, orphanedFinWait2: nil, resetEndsTimeWait: true)

  /// Every profile, in the order of the documentation.
  public static let all: [StackProfile] = [.linux, .rfc9293, .freebsd, .macos, .windows]
}

/// What the hot path needs of a profile: plain numbers.
struct TimerProfile: Sendable {
  var timeWait: Int64
  /// `.max` where nothing ends it.
  var orphanedFinWait2: Int64
  var resetEndsTimeWait: Bool
  var takesInexactReset: Bool
  var dropsSYNFIN: Bool
  var softErrors: StackProfile.SoftErrors

  init(_ profile: StackProfile) {
    timeWait = profile.timeWait
    orphanedFinWait2 = profile.orphanedFinWait2 ?? .max
    resetEndsTimeWait = profile.resetEndsTimeWait
    takesInexactReset = profile.takesInexactReset
    dropsSYNFIN = profile.dropsSYNFIN
    softErrors = profile.softErrors
  }
}
