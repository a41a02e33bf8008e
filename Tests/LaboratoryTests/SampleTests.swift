import Foundation
import GroundTruth
import Testing

@testable import laboratory

/// The captures for users are what the laboratory makes of the recordings beside them.
struct SampleTests {
  private static let captures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "captures")

  /// All but those of recordings that are too large to keep.
  @Test(arguments: Sample.all.filter { FileManager.default.fileExists(atPath: truth(of: $0).path) }.map(\.path))
  func isWhatItsRecordingMakes(path: String) throws {
    let sample = try #require(Sample.all.first { $0.path == path })
    let files = try RecordingFiles(truth: Self.truth(of: sample))
    let packets = try #require(files.packets(at: sample.tap))
    let file = Self.captures.appending(path: "\(path).pcap")
    #expect(try Data(sample.file(from: packets, of: files.recording)) == Data(contentsOf: file))
  }

  private static func truth(of sample: Sample) -> URL {
    captures.appending(path: "truth/\(sample.recording).truth.json")
  }
}
