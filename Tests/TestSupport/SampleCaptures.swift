import Foundation

/// The captures tests run over.
package enum SampleCaptures {
  /// Every sample under `captures/`, and every capture under the folders that `WIRESTAT_MORE_CAPTURES` names, parted by colons.
  package static let paths: [String] = {
    let more = ProcessInfo.processInfo.environment["WIRESTAT_MORE_CAPTURES"] ?? ""
    return ([folder] + more.split(separator: ":").map(String.init)).flatMap(captures)
  }()

  /// The folder of the project's own captures.
  package static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("captures").path

  /// The recordings of the laboratory: hundreds, and the same behaviours.
  package static let recordings = captures(under: folder + "/truth")

  private static func captures(under folder: String) -> [String] {
    let files = FileManager.default.enumerator(atPath: folder)?.allObjects ?? []
    return files.compactMap { $0 as? String }
      // They are graded, by tests of their own.
      .filter { !$0.hasPrefix("truth/") }
      .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }
      .sorted().map { "\(folder)/\($0)" }
  }
}
