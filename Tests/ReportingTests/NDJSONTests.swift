import ConnectionTracking
import Reporting
import TestSupport
import Testing

@Suite("NDJSON")
struct NDJSONTests {
  private func lines(_ names: StateNames = .bsd) throws -> [JSONValue] {
    try rendered(NDJSONRenderer(names: names)).split(separator: "\n").map { try JSONValue(parsing: $0) }
  }

  @Test(arguments: StateNames.allCases)
  func everyLineFollowsTheSchema(names: StateNames) throws {
    let schema = try JSONSchema.ofReports()
    for line in try lines(names) { #expect(schema.violations(in: line) == []) }
  }

  /// A schema that lets everything through would not be noticed above.
  @Test(arguments: [
    ("\"schema_version\":1", "\"schema_version\":2"), ("\"flow\":1,", "\"flow\":\"1\","), ("421000Z", "421Z"),
    ("\"evidence\":\"observed\"", "\"evidence\":\"seen\""), ("\"from\":\"CLOSED\"", "\"from\":\"SHUT\""),
    ("\"previous_flow\":null,", ""), ("\"port\":40000", "\"port\":400000"),
  ])
  func theSchemaRefuses(part: String, replacement: String) throws {
    let line = try #require(rendered(NDJSONRenderer()).split(separator: "\n").first)
    #expect(line.contains(part))
    let broken = line.replacing(part, with: replacement)
    #expect(try JSONSchema.ofReports().violations(in: JSONValue(parsing: broken)) != [])
  }

  /// A word that is new in the code has to come into the schema with it.
  @Test func theSchemaKnowsEveryWord() throws {
    let schema = try JSONSchema.ofReports()
    #expect(schema.words(of: "cause", in: "transition") == TransitionCause.allCases.map(\.rawValue))
    #expect(schema.words(of: "kind", in: "observation") == ObservationKind.allCases.map(\.word))
    #expect(schema.words(of: "evidence", in: "transition") == Evidence.allCases.map(\.word))
    #expect(schema.words(of: nil, in: "close") == Flow.CloseKind.allCases.map(\.rawValue))
    #expect(schema.words(of: "closed_by", in: "flow") == Flow.Closer.allCases.map(\.rawValue))
    #expect(schema.words(of: "orientation", in: "flow") == Flow.Orientation.allCases.map(\.rawValue))
    #expect(schema.words(of: "end", in: "flow") == Flow.EndReason.allCases.map(\.rawValue))
    let names = StateNames.allCases.flatMap(\.all)
    #expect(Set(schema.words(of: nil, in: "state")) == Set(names))
  }

  @Test func flowsComeFirstAndTheSummaryLast() throws {
    let types = try lines().map { $0["type"]?.string }
    #expect(types == Array(repeating: "flow", count: 6) + ["capture", "finding", "summary"])
  }

  @Test func transitionsAsTheyHappenFollowTheSchema() throws {
    var renderer = TransitionRenderer(.ndjson)
    let schema = try JSONSchema.ofReports()
    for entry in SampleFlows.all.flatMap(\.timeline) {
      let line = written {
        renderer.render(flow: 7, client: SampleFlows.client, server: SampleFlows.server6, entry: entry, into: &$0)
      }
      #expect(line.hasSuffix("}\n"))
      #expect(schema.violations(in: try JSONValue(parsing: line)) == [])
    }
  }

  @Test func transitionsAsTheyHappenInText() {
    var renderer = TransitionRenderer(.text)
    let text = written { output in
      for entry in SampleFlows.fourWay.timeline.prefix(3) {
        renderer.render(
          flow: 12, client: SampleFlows.client6, server: SampleFlows.server, entry: entry, into: &output)
      }
    }
    #expect(Snapshot("transitions.txt").difference(from: text) == nil)
  }

  @Test(arguments: [
    "", "plain", "quote \" backslash \\ slash /", "\u{0}\u{1}\u{8}\u{9}\u{A}\u{C}\u{D}\u{1F}\u{7F}",
    "naïve – 漢字 🧵 \u{2028}\u{FEFF}", "C:\\captures\\\"x\".pcap",
  ])
  func stringsSurviveForeignParsers(text: String) throws {
    let json = written { $0.append(json: text) }
    #expect(try JSONValue(parsing: json) == .string(text))
  }

  @Test func anyCharacterSurvives() throws {
    let text = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
    #expect(try JSONValue(parsing: written { $0.append(json: text) }) == .string(text))
  }
}
