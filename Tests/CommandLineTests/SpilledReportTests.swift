import Foundation
import TestSupport
import Testing

@Suite("Reports that do not fit in memory")
struct SpilledReportTests {
  static let forms = ["--format text", "--timeline", "--format junit"]

  /// The rows go to a file without a name, of which nothing is left; what comes out is the same.
  @Test(arguments: forms)
  func aSmallBudgetChangesNothing(options: String) async throws {
    try await withTemporaryFile(SampleConversation.attempts(2000, areRefused: true)) { path in
      try await withFolder { folder in
        let script = "TMPDIR=$2 $WIRESTAT analyze \"$1\" --max-memory \"$3\" --max-flows 3000 \(options)"
        let ample = try await Tool.shell(script, path, folder, "1G")
        let small = try await Tool.shell(script, path, folder, "4M")
        #expect(small.output == ample.output)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
      }
    }
  }

  /// Where there is no room for the file either, the report says what it leaves out.
  @Test(arguments: forms, ["TMPDIR=/nowhere", "trap '' XFSZ; ulimit -f 16; TMPDIR=$2"])
  func withoutAFile(options: String, limit: String) async throws {
    try await withTemporaryFile(SampleConversation.attempts(2000, areRefused: true)) { path in
      try await withFolder { folder in
        let result = try await Tool.shell(
          "\(limit) $WIRESTAT analyze \"$1\" --max-memory 1M --max-flows 3000 \(options)", path, folder)
        #expect(result.status == 0)
        #expect(result.output.contains(#/[0-9]+ flows are left out: the temporary file they need fails/#))
        if options.hasSuffix("junit") {
          #expect(result.output.hasSuffix("</testsuites>\n"))
          #expect(result.output.contains("errors=\"1\""))
        }
      }
    }
  }

  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wirestat-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
  }
}
