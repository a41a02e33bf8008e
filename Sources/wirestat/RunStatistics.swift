import Reporting

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How fast a run was and what memory it took, for `--stats`. The one place that looks at a clock.
struct RunStatistics {
  private let start = ContinuousClock.now

  /// Says it on standard error, so that the report itself stays a matter of the input alone.
  ///
  /// - Parameter bytes: captured bytes of all packets.
  func report(packets: Int, bytes: Int) {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    let elapsed = max(Double(seconds) + Double(attoseconds) / 1e18, 1e-9)
    let rate = Int(Double(packets) / elapsed)
    Terminal.report(
      "\(packets) packets of \(bytes) bytes in \(Int(elapsed * 1000)) ms: \(rate) packets/s, "
        + "\(Int(Double(bytes) / elapsed)) bytes/s; peak memory \(Self.peakMemory) bytes")
  }

  /// The most memory that the process ever had resident, in bytes (getrusage(2)).
  private static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Glibc)
      guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return usage.ru_maxrss * 1024
    #else
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}
