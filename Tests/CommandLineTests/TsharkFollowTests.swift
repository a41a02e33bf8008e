import Foundation
import TestSupport
import Testing

/// tshark puts streams together too; where a capture is complete both must find the same bytes.
@Suite("The payload that tshark finds", .enabled(if: Tshark.isInstalled))
struct TsharkFollowTests {
  /// The recordings under `captures/truth` are many and alike; theirs is the grade.
  @Test(arguments: SampleCaptures.paths.filter { !$0.contains("/truth/") })
  func everyStream(path: String) async throws {
    let flows = try await Tool.run("analyze", path, "--format", "csv").output.split(separator: "\r\n").count - 1
    let streams = try await Tshark.payloads(ofFirst: flows, in: path)
    for (index, expected) in streams.enumerated() {
      let followed = try await Tool.shell("$WIRESTAT follow \"$1\" --flow \(index + 1) | od -An -v -tx1", path)
      // A gap is told, and tshark fills it with words.
      guard followed.errors.isEmpty else { continue }
      #expect(followed.output.filter { !$0.isWhitespace } == expected, "stream \(index)")
    }
  }

  @Test func aConversationOutOfOrder() async throws {
    try await withConversation { path in
      let expected = Array((SampleConversation.request + SampleConversation.answer).utf8)
      let payloads = try await Tshark.payloads(ofFirst: 1, in: path)
      #expect(payloads == [expected.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()])
    }
  }
}

/// The tshark of this machine, where there is one.
enum Tshark {
  static let isInstalled = ["/usr/bin/tshark", "/usr/local/bin/tshark", "/opt/homebrew/bin/tshark"]
    .contains { FileManager.default.isExecutableFile(atPath: $0) }

  /// The payload of the first `count` streams in hexadecimal, both directions as they came; one call for all of them.
  static func payloads(ofFirst count: Int, in path: String) async throws -> [String] {
    let requests = (0..<count).map { "-z follow,tcp,raw,\($0)" }.joined(separator: " ")
    let result = try await Tool.shell("tshark -r \"$1\" -q \(requests) 2>/dev/null", path)
    var payloads = Array(repeating: "", count: count)
    var stream: Int?
    for line in result.output.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
      if line.hasPrefix("Filter: tcp.stream eq ") { stream = Int(line.dropFirst(22)) }
      if let stream, payloads.indices.contains(stream), line.allSatisfy(\.isHexDigit) { payloads[stream] += line }
    }
    return payloads
  }
}
