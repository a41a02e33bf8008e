import Anomalies
import ConnectionTracking
import Foundation
import PacketDecoding
import Pipeline
import Reporting
import TestSupport
import Testing

/// What is read back of a report says what the capture said.
@Suite("NDJSON read back")
struct RoundTripTests {
  @Test(arguments: SampleCaptures.paths + SampleCaptures.recordings)
  func givesEveryFormByteForByte(file: String) throws {
    // Damaged ones end early, and what was read of them is reported as well.
    guard let ndjson = try? Reports.analysis(of: file, as: Reports.ndjson) else { return }
    for form in Reports.forms {
      let expected = try Reports.analysis(of: file, as: form)
      let read = try Reports.replay(ndjson, as: form, size: 1000)
      #expect(read == expected, "\(form.format)")
    }
  }

  @Test func saysTheTotalsOfASelection() throws {
    var filter = FlowFilter()
    filter.finalStates = [.timeWait]
    let file = try #require(SampleCaptures.paths.first { $0.contains("three-way") })
    let ndjson = try Reports.analysis(of: file, as: Reports.ndjson, filter)
    for form in Reports.forms {
      #expect(try Reports.replay(ndjson, as: form) == Reports.analysis(of: file, as: form, filter), "\(form)")
    }
  }

  @Test(arguments: SampleCaptures.paths.filter { $0.contains("/close/") || $0.contains("/reset/") })
  func saysWhatWasFoundAtHosts(file: String) throws {
    let ndjson = try Reports.analysis(of: file, as: Reports.ndjson, FlowFilter(), Reports.strict)
    for form in Reports.forms {
      let expected = try Reports.analysis(of: file, as: form, FlowFilter(), Reports.strict)
      #expect(try Reports.replay(ndjson, as: form) == expected, "\(form.format)")
    }
  }

  /// Whatever a rule reads is there: asked again, each says the same.
  @Test(arguments: SampleCaptures.paths + SampleCaptures.recordings)
  func isJudgedAgainAsBefore(file: String) throws {
    guard let ndjson = try? Reports.analysis(of: file, as: Reports.ndjson) else { return }
    var reader = NDJSONReader()
    let findings = Findings()
    try reader.read(ndjson.span) { report in
      let again = findings.of(report.flow).map(\.asRead)
      #expect(again == report.findings, "flow \(report.flow.number)")
      #expect(FlowReport(report.flow, []).resetCause == report.resetCause)
    }
  }

  /// Tools that sort the members of an object, or that write it in several spaces, change nothing.
  @Test(arguments: SampleCaptures.paths.prefix(12))
  func takesMembersInAnyOrder(file: String) throws {
    guard let ndjson = try? Reports.analysis(of: file, as: Reports.ndjson) else { return }
    let sorted = try String(decoding: ndjson, as: UTF8.self).split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
      return String(decoding: data, as: UTF8.self).replacing("\":", with: "\" : ") + "\r\n"
    }
    #expect(
      try Reports.replay(Array(sorted.joined().utf8), as: Reports.Form(format: .csv))
        == Reports.analysis(of: file, as: Reports.Form(format: .csv)))
  }

  @Test(arguments: [
    ("{\"type\":\"flow\",\"schema_version\":1", "line 1, byte 34: '}' is missing"),
    ("{\"type\":\"flow\",\"schema_version\":1}", "line 1, byte 35: \"last_seen\" is missing"),
    ("{\"type\":\"flow\"}", "line 1, byte 16: \"schema_version\" is missing"),
    ("\n{\"schema_version\":1}", "line 2, byte 21: \"type\" is missing"),
    (
      "{\"type\":\"capture\",\"schema_version\":2}",
      "line 1, byte 37: schema version 2 is newer than 1, which is read here"
    ),
    ("{\"type\":\"capture\",\"schema_version\":1} 1", "line 1, byte 39: something follows the end of the object"),
    ("not JSON", "line 1, byte 1: '{' is missing"),
    (
      "{\"type\":\"host\",\"schema_version\":1,\"address\":\"1.2.3\"}",
      "line 1, byte 45: an unknown word: 1.2.3"
    ),
    (
      "{\"type\":\"host\",\"schema_version\":1,\"connections\":99999999999999999999}",
      "line 1, byte 49: no whole number that fits here"
    ),
  ])
  func saysWhatItCannotRead(text: String, message: String) throws {
    var reader = NDJSONReader()
    let error = #expect(throws: NDJSONError.self) {
      try reader.read(Array(text.utf8).span) { _ in }
      try reader.readEnd { _ in }
    }
    #expect(error?.description == message)
  }

  @Test func passesOverWhatItDoesNotKnow() throws {
    let text = """
      {"type":"weather","schema_version":1,"rain":[{"mm":1.5e3},null,true,"\\ud83c\\udf27"]}
      {"type":"summary","schema_version":1,"flows":3,"new":{"a":[[]]},"close":{"reset":3}}

      """
    var reader = NDJSONReader()
    try reader.read(Array(text.utf8).span) { _ in }
    let report = reader.report
    #expect(report.totals.flows == 3 && report.totals.count(of: .reset) == 3 && reader.isComplete)
  }

  /// Any bytes at all are read or refused.
  @Test(arguments: parts)
  func neverTraps(part: String) throws {
    let ndjson = try Self.report(with: part)
    var generator = SeededGenerator(seed: 7)
    for number in 0..<500 {
      var bytes = ndjson
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: Array("999999999999999999".utf8), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 30))
        }
      }
      _ = try? Reports.replay(bytes, as: Reports.forms[number % Reports.forms.count])
    }
  }

  /// Numbers as large as they can be are read or refused as well, and added up without a trap.
  @Test(
    arguments: [
      "9223372036854775807", "-9223372036854775808", "281474976710656", "-281474976710656", "0", "4294967295", "1e30",
    ], parts)
  func numbersAtTheirLimits(number: String, part: String) throws {
    let text = String(decoding: try Self.report(with: part), as: UTF8.self)
    let values = text.matches(of: /:-?[0-9.]+/)
    for value in values {
      let bytes = Array(text.replacingCharacters(in: value.range, with: ":" + number).utf8)
      for form in Reports.forms { _ = try? Reports.replay(bytes, as: form) }
    }
    // All of a name at once: what is added up is added up.
    for name in Set(text.matches(of: /"([a-z_]+)":-?[0-9.]+/).map { String($0.output.1) }) {
      let all = try Regex<Substring>("\"\(name)\":-?[0-9.]+")
      let bytes = Array(text.replacing(all, with: "\"\(name)\":\(number)").utf8)
      for form in Reports.forms { _ = try? Reports.replay(bytes, as: form) }
    }
  }

  /// A file of flows comes from outside: whatever text stands in it, no report shows it raw.
  @Test(arguments: parts)
  func hostileTextStaysHarmless(part: String) throws {
    let hostile = "\"\\u001b[31m\\n::error::<b>\\u202e\\u0085|`=\""
    let text = String(decoding: try Self.report(with: part), as: UTF8.self)
    var read = 0
    for value in text.matches(of: /:"[^"]*"|\["[^"]*"/) {
      let mark = String(value.output.prefix(1))
      let bytes = Array(text.replacingCharacters(in: value.range, with: mark + hostile).utf8)
      for form in Reports.forms {
        guard let output = try? Reports.replay(bytes, as: form) else { continue }
        read += 1
        let scalars = String(decoding: output, as: UTF8.self).unicodeScalars
        let raw = scalars.first { $0 == "\u{1b}" || $0 == "\u{202e}" || $0 == "\u{85}" }
        #expect(raw == nil, "\(form.format): \(value.output)")
        #expect(!String(decoding: output, as: UTF8.self).contains("\n::error::"), "\(form.format): \(value.output)")
      }
    }
    #expect(read > 0)
  }

  /// What a part of a report begins with that only some have.
  static let parts = [
    "\"findings\":[{", "\"reason\":", "\"reset\":{", "\"encapsulation\":[{", "\"type\":\"finding\"", "\"last_frame\":",
  ]

  /// The report on the first sample that has such a part.
  private static func report(with part: String) throws -> [UInt8] {
    let reports = SampleCaptures.paths.lazy.compactMap {
      try? Reports.analysis(of: $0, as: Reports.ndjson, FlowFilter(), Reports.strict)
    }
    return try #require(reports.first { $0.count < 20_000 && String(decoding: $0, as: UTF8.self).contains(part) })
  }
}

extension Finding {
  /// A whole number of seconds is written as any other number.
  fileprivate var asRead: Finding {
    var finding = self
    finding.fields = fields.map { field in
      guard case .duration(let time) = field.value, time % 1_000_000_000 == 0 else { return field }
      return Field(field.name, .integer(Int(time / 1_000_000_000)))
    }
    return finding
  }
}
