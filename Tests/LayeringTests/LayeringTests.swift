import Foundation
import Testing

/// Imports only point down, and what a layer may lean on outside the package is written here.
struct LayeringTests {
  /// What each module's sources may import.
  static let allowed: [String: Set<String>] = [
    "PacketDecoding": [],
    "PacketCapture": ["CPcap", "PacketDecoding", "Glibc", "Darwin", "Synchronization"],
    "ConnectionTracking": ["PacketDecoding", "CMemory", "DequeModule", "HeapModule", "BasicContainers"],
    "Anomalies": ["PacketDecoding", "ConnectionTracking"],
    "Reporting": ["PacketDecoding", "ConnectionTracking", "Anomalies", "Glibc", "Darwin"],
    "Pipeline": [
      "PacketDecoding", "PacketCapture", "ConnectionTracking", "Anomalies", "Reporting", "Dispatch", "Synchronization",
    ],
    "GroundTruth": ["PacketDecoding", "ConnectionTracking", "Anomalies", "Foundation", "FoundationEssentials"],
  ]

  @Test(arguments: allowed.keys.sorted())
  func importsPointDown(module: String) throws {
    let files = try Self.sources(of: module)
    #expect(!files.isEmpty)
    for file in files {
      let imports = Self.imports(in: try String(contentsOf: file, encoding: .utf8))
      let forbidden = imports.subtracting(Self.allowed[module] ?? [])
      #expect(forbidden.isEmpty, "\(file.lastPathComponent) imports \(forbidden.sorted())")
    }
  }

  /// Unsafe code stands where the outside is touched, and nowhere that infers anything.
  @Test(arguments: ["PacketDecoding", "Anomalies"])
  func nothingUnsafe(module: String) throws {
    for file in try Self.sources(of: module) {
      let text = try String(contentsOf: file, encoding: .utf8)
      let lines = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
      #expect(!lines.contains { $0.contains("unsafe ") }, "\(file.lastPathComponent)")
    }
  }

  /// The states of an end are set where the table stands, and nowhere else.
  @Test func onlyTheMachineSetsStates() throws {
    let files = try Self.sources(of: "ConnectionTracking")
    let outside = files.filter { $0.deletingLastPathComponent().lastPathComponent != "Machine" }
    #expect(outside.count < files.count)
    for file in outside {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where Self.setsState(line) {
        Issue.record("\(file.lastPathComponent): \(line)")
      }
    }
  }

  /// True where a line gives an end another state, or makes states of its own; an end begins with fresh ones.
  private static func setsState(_ line: Substring) -> Bool {
    let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
    if code.contains("EndpointStates(") { return !code.contains("  var states = EndpointStates()") }
    return code.contains(
      /\bvar (proved|beforeClosed)\b[^{]*$|(\]|\bend|\bendpoint)[?!]?\.(state|proved|states)\s*=[^=]/)
  }

  private static func sources(of module: String) throws -> [URL] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appendingPathComponent("Sources/\(module)")
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
  }

  private static func imports(in text: String) -> Set<String> {
    var result: Set<String> = []
    for line in text.split(separator: "\n") {
      var words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
      if let first = words.first, ["public", "package", "internal", "private", "fileprivate"].contains(first) {
        words.removeFirst()
      }
      if words.count == 2, words[0] == "import" { result.insert(String(words[1])) }
    }
    return result
  }
}
