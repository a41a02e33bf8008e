import SystemPackage

/// How far the reading of long files is, on standard error and only on a terminal.
struct ProgressBar {
  private let isShown: Bool
  private var packets = 0
  private var percent: Int64 = -1

  /// Files shorter than this are read before a bar could be looked at.
  private static let worthShowing: Int64 = 64 << 20
  private static let width: Int64 = 40

  /// - Parameter output: where the report goes; the bar stays away where flows stream to the same terminal.
  init(besides output: OutputFile) {
    isShown = Terminal.isTerminal(.standardError) && !output.isTerminal
  }

  /// Counts packets, some hundred at most, and draws the bar anew when it moved.
  mutating func advance(by count: Int, _ progress: () -> (read: Int64, total: Int64)?) {
    guard isShown else { return }
    packets += count
    guard packets % 16_384 < count, let progress = progress(), progress.total >= Self.worthShowing else { return }
    let now = progress.read * 100 / progress.total
    guard now != percent else { return }
    percent = now
    let filled = Int(now * Self.width / 100)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Int(Self.width) - filled)
    Terminal.write("\r[\(bar)] \(now) % of \(progress.total >> 20) MiB, \(packets) packets")
  }

  /// Takes the bar away before the report comes.
  func clear() {
    if percent >= 0 { Terminal.write("\r\u{1B}[K") }
  }
}
