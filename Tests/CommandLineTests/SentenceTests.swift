import TestSupport
import Testing

@Suite("The sentence")
struct SentenceTests {
  /// Every sample's first flows, as a person on call reads them.
  @Test func ofEverySample() async throws {
    let samples = SampleCaptures.paths.filter { $0.hasPrefix(SampleCaptures.folder) }
    let result = try await Tool.shell(
      "for file; do echo \"== $file\"; $WIRESTAT analyze \"$file\" --format ndjson 2>/dev/null; done", samples)
    var text = ""
    for line in result.output.split(separator: "\n") {
      if line.hasPrefix("== ") {
        text += line.replacing(SampleCaptures.folder + "/", with: "") + "\n"
      } else if let summary = try JSONValue(parsing: line)["summary"]?.string {
        text += "\(summary)\n"
      }
    }
    #expect(Snapshot("sentences.txt").difference(from: text) == nil)
  }

  /// The first line below a flow's heading, the cell of a spreadsheet and the field of the JSON are the same.
  @Test func isTheSameInEveryReport() async throws {
    let sample = "\(SampleCaptures.folder)/reset/request-crosses-fin.pcap"
    let sentence =
      "The server 10.77.0.2:8080 closed first (FIN) after 400 ms idle; the client's next request crossed the FIN and "
      + "was reset: 90 bytes lost."
    for options in [["--timeline"], ["--format", "csv"], ["--format", "ndjson"], ["--format", "junit"]] {
      let result = try await Tool.run(["analyze", sample] + options)
      #expect(result.output.contains(sentence), "\(options)")
    }
  }
}
