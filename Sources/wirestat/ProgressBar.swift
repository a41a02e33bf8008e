import Synchronization
import SystemPackage

/// How far the reading of long files is, on standard error and only on a terminal.
final class ProgressBar: Sendable {
  private struct Shown {
    var packets = 0
    var percent: Int64 = -1
  }

  private let isShown: Bool
  private let shown = Mutex(Shown())

  /// Files shorter than this are read before a bar could be looked at.
  private static let worthShowing: Int64 = 64 << 20
  private static let width: Int64 = 40

  /// - Parameter output: where the report goes; the bar stays away where flows stream to the same terminal.
  init(besides output: OutputFile) {
    isShown = Terminal.isTerminal(.standardError) && !output.isTerminal
  }

  /// Counts packets, some hundred at most, and draws the bar anew when it moved.
  func advance(by count: Int, _ progress: () -> (read: Int64, total: Int64)?) {
    guard isShown else { return }
    let packets = shown.withLock { shown in
      shown.packets += count
      return shown.packets
    }
    guard packets % 16_384 < count, let progress = progress(), progress.total >= Self.worthShowing else { return }
    let now = progress.read * 100 / progress.total
    let hasMoved = shown.withLock { shown in
      defer { shown.percent = now }
      return now != shown.percent
    }
    guard hasMoved else { return }
    let filled = Int(now * Self.width / 100)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Int(Self.width) - filled)
    Terminal.write("\r[\(bar)] \(now) % of \(progress.total >> 20) MiB, \(packets) packets")
  }

  /// Takes the bar away before the report comes.
  func clear() {
    if shown.withLock({ $0.percent }) >= 0 { Terminal.write("\r\u{1B}[K") }
  }
}
