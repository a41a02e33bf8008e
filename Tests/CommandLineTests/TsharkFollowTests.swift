import Foundation
import TestSupport
import Testing

/// tshark puts streams together too; where a capture is complete both must find the same bytes.
@Suite("The payload that tshark finds", .enabled(if: Tshark.isInstalled))
struct TsharkFollowTests {
  @Test(arguments: SampleCaptures.paths)
  func everyStream(path: String) async throws {
    for stream in 0..<(try await Tshark.streams(in: path)) {
      let followed = try await Tool.shell("$WIRESTAT follow \"$1\" --flow \(stream + 1) | od -An -v -tx1", path)
      // A gap is told, and tshark fills it with words.
      guard followed.errors.isEmpty else { continue }
      let bytes = followed.output.filter { !$0.isWhitespace }
      #expect(bytes == (try await Tshark.payload(of: stream, in: path)), "stream \(stream)")
    }
  }

  @Test func aConversationOutOfOrder() async throws {
    try await withConversation { path in
      let expected = Array((SampleConversation.request + SampleConversation.answer).utf8)
      let bytes = try await Tshark.payload(of: 0, in: path)
      #expect(bytes == expected.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }
}

/// The tshark of this machine, where there is one.
enum Tshark {
  static let isInstalled = ["/usr/bin/tshark", "/usr/local/bin/tshark", "/opt/homebrew/bin/tshark"]
    .contains { FileManager.default.isExecutableFile(atPath: $0) }

  /// How many TCP streams it counts.
  static func streams(in path: String) async throws -> Int {
    let result = try await Tool.shell("tshark -r \"$1\" -Y tcp -T fields -e tcp.stream 2>/dev/null", path)
    let numbers = result.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    return numbers.max().map { $0 + 1 } ?? 0
  }

  /// The payload of a stream in hexadecimal, both directions as they came.
  static func payload(of stream: Int, in path: String) async throws -> String {
    let result = try await Tool.shell("tshark -r \"$1\" -q -z follow,tcp,raw,\(stream) 2>/dev/null", path)
    let lines = result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    return lines.filter { !$0.isEmpty && $0.allSatisfy(\.isHexDigit) }.joined()
  }
}
