import Glibc

/// The clocks of the machine, in nanoseconds.
enum Clock {
  /// Since the epoch: the time in captures.
  static func now() -> Int64 { read(CLOCK_REALTIME) }

  /// Since boot: the time of the kernel's trace.
  static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

  static func sleep(milliseconds: Int) {
    usleep(UInt32(milliseconds) * 1000)
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
