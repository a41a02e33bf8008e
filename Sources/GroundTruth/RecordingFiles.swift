public import Foundation

/// The recordings of a directory: `NAME.truth.json` and the captures beside it.
public struct RecordingFiles: Sendable, CustomStringConvertible {
  public let recording: Recording
  private let stem: URL

  /// Every recording in `directory` and the directories below it, by path.
  public static func all(in directory: URL) throws -> [RecordingFiles] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
    return try names.filter { $0.hasSuffix(".truth.json") }.sorted()
      .map { try RecordingFiles(truth: directory.appending(path: $0)) }
  }

  public init(truth url: URL) throws {
    recording = try JSONDecoder().decode(Recording.self, from: Data(contentsOf: url))
    stem = url.deletingPathExtension().deletingPathExtension()
  }

  public var description: String { recording.scenario }

  /// The packets of one tap; nil where that capture is missing or not one of ours.
  public func packets(at tap: Tap) -> [CapturedPacket]? {
    let file = stem.appendingPathExtension(tap.rawValue).appendingPathExtension("pcap")
    return (try? Data(contentsOf: file)).flatMap { CaptureFile.packets(of: Array($0)) }
  }
}
