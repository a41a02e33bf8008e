/// What differs between TCP stacks where the wire is silent: how long timers run and what a RST does.
public struct StackProfile: Sendable, Hashable {
  /// The name on the command line.
  public var name: String
  /// 2 × MSL in nanoseconds: how long TIME_WAIT lasts (RFC 9293 §3.4.2, §3.6.1).
  public var timeWait: Int64
  /// How long FIN_WAIT_2 lasts after the application closed, in nanoseconds; nil where nothing ends it.
  public var orphanedFinWait2: Int64?
  /// Whether an exact RST ends TIME_WAIT (RFC 1337 says it should not; RFC 9293 §3.10.7.4 lets it).
  public var resetEndsTimeWait: Bool

  public init(name: String, timeWait: Int64, orphanedFinWait2: Int64?, resetEndsTimeWait: Bool) {
    self.name = name
    self.timeWait = timeWait
    self.orphanedFinWait2 = orphanedFinWait2
    self.resetEndsTimeWait = resetEndsTimeWait
  }

  private static let second: Int64 = 1_000_000_000

  /// MSL is two minutes, FIN-WAIT-2 has no timer.
  public static let rfc9293 = StackProfile(
    name: "rfc9293", timeWait: 240 * second, orphanedFinWait2: nil, resetEndsTimeWait: true)
  /// `TCP_TIMEWAIT_LEN`, `tcp_fin_timeout`, `tcp_rfc1337 = 0`.
  public static let linux = StackProfile(
    name: "linux", timeWait: 60 * second, orphanedFinWait2: 60 * second, resetEndsTimeWait: true)
  /// `net.inet.tcp.msl` 30 s, `net.inet.tcp.finwait2_timeout` 60 s.
  public static let freebsd = StackProfile(
    name: "freebsd", timeWait: 60 * second, orphanedFinWait2: 60 * second, resetEndsTimeWait: false)
  /// `net.inet.tcp.msl` 15 s.
  public static let macos = StackProfile(
    name: "macos", timeWait: 30 * second, orphanedFinWait2: 60 * second, resetEndsTimeWait: false)
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

  init(_ profile: StackProfile) {
    timeWait = profile.timeWait
    orphanedFinWait2 = profile.orphanedFinWait2 ?? .max
    resetEndsTimeWait = profile.resetEndsTimeWait
  }
}
