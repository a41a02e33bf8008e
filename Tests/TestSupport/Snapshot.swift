import Foundation

/// A file under `Snapshots/` beside a test, that says what some output was when a person last looked at it.
///
/// `RECORD_SNAPSHOTS=1 swift test` writes the files anew. A recording run fails, so that it can't pass for a test.
///
/// ```swift
/// #expect(Snapshot("table.txt").difference(from: text) == nil)
/// ```
package struct Snapshot {
  private let url: URL
  private let isRecording: Bool

  /// - Parameter test: where `Snapshots/` is looked for; the calling file.
  package init(_ name: String, besides test: String = #filePath) {
    url = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("Snapshots/\(name)")
    isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"
  }

  /// Where `text` departs from the snapshot; nil where it does not.
  package func difference(from text: String) -> String? {
    if isRecording { return record(text) }
    guard let data = try? Data(contentsOf: url) else { return "there is no \(url.lastPathComponent) yet" }
    let expected = String(decoding: data, as: UTF8.self)
    return expected == text ? nil : firstDifference(expected, text)
  }

  private func record(_ text: String) -> String {
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
      return "recorded \(url.lastPathComponent); run again without RECORD_SNAPSHOTS"
    } catch {
      return "cannot record \(url.lastPathComponent): \(error)"
    }
  }

  private func firstDifference(_ expected: String, _ text: String) -> String {
    let old = expected.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let new = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let line = zip(old, new).prefix { $0 == $1 }.count
    func at(_ lines: [Substring]) -> Substring { line < lines.count ? lines[line] : "(end)" }
    return "\(url.lastPathComponent), line \(line + 1):\n- \(at(old))\n+ \(at(new))"
  }
}
