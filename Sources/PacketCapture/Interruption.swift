import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ends reading, rather than the process, when the user presses Ctrl-C.
///
/// The handler only sets a flag, so that nothing of libpcap is touched from a signal. A read that waits at a pipe is
/// broken off by the signal itself; one that waits at an interface comes back at its read timeout; either way the
/// caller asks ``isRequested`` between packets. A second Ctrl-C ends the process.
public enum Interruption {
  /// From here on SIGINT and SIGTERM ask for the end instead of forcing it.
  public static func catchSignals() {
    requested.store(false, ordering: .relaxed)  // Also makes sure that the flag is there before a handler needs it.
    var wanted = sigset_t()
    unsafe sigemptyset(&wanted)
    for signal in [SIGINT, SIGTERM] {
      unsafe sigaddset(&wanted, signal)
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { _ in Interruption.request() }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      unsafe sigaction(signal, &action, nil)
    }
    // A parent may have started this process with the signals blocked.
    unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
  }

  /// True once the user asked for the end.
  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Asks for the end, as the signals do.
  public static func request() { requested.store(true, ordering: .relaxed) }

  private static let requested = Atomic(false)
}
