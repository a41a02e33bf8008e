import Foundation
import Reporting
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("No byte from outside reaches a report raw")
struct EscapingTests {
  /// One of every kind that moves a cursor, ends a line, turns text around, cannot be seen or is markup somewhere.
  static let hazards: [Unicode.Scalar] = [
    "\u{0}", "\u{7}", "\t", "\n", "\r", "\u{1B}", "\u{7F}", "\u{80}", "\u{85}", "\u{9B}", "\u{9F}", "\u{AD}",
    "\u{61C}", "\u{200B}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202B}", "\u{202C}",
    "\u{202D}", "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}",
    "\u{E0041}", "\u{10FFFF}",
  ]
  static let markup = "=+-@,;\"'<>&|`*_[]()#~$\\{}!::error file=x::]]>--><script>##[error]##vso[x]https://h.example"
  /// `begin`, all of them, `end`.
  static let hostile = "begin" + String(String.UnicodeScalarView(hazards)) + markup + "end 漢字 🧵 é"

  struct Form: Sendable {
    var format: ReportFormat
    var view: RenderingOptions.View
  }

  static let forms =
    ReportFormat.allCases.map { Form(format: $0, view: .flows) }
    + [Form(format: .text, view: .timeline), Form(format: .text, view: .listeners)]

  @Test(arguments: forms)
  func noScalarComesOutRaw(form: Form) {
    let text = report(in: form)
    let allowed: Set<Unicode.Scalar> = form.format == .csv ? ["\n", "\r"] : ["\n"]
    let raw = Set(text.unicodeScalars).intersection(Self.hazards).subtracting(allowed)
    #expect(raw.isEmpty)
    #expect(text.contains("begin") && text.contains("end 漢字 🧵 é"))
  }

  /// CI systems take such lines of a log for commands.
  @Test(arguments: forms)
  func noLineIsACommand(form: Form) {
    let text = report(in: form, input: "::error file=a::b##[group]", message: "::set-env name=a::b##vso[x]")
    for line in text.split(whereSeparator: \.isNewline) {
      #expect(!line.contains(#/^ *::[a-z].*::/#), "\(line)")
      if form.format != .ndjson, form.format != .junit { #expect(!line.contains("##[") && !line.contains("##vso")) }
    }
  }

  @Test func addressesAreNoCommands() {
    for text in ["::1", "::ffff:10.0.0.1 sends", "::1 and ::2 fail", ":: and ::", "a ::error:: b"] {
      #expect(Escaping.line(text) == text)
    }
    #expect(Escaping.line("  ::warning::x") == "  \\u{3A}:warning::x")
  }

  @Test func theVisibleForm() {
    #expect(Escaping.line("a\u{1B}[2J\u{202E}b\u{85}\n") == "a\\u{1B}[2J\\u{202E}b\\u{85}\\u{0A}")
    #expect(Escaping.line("漢字 🧵 é \\ \"µs\"") == "漢字 🧵 é \\ \"µs\"")
    #expect(
      Escaping.decode([0x61, 0xff, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xe2, 0x82]) == "a\\xFFé\\xED\\xA0\\x80\\xE2\\x82")
  }

  @Test func jsonGivesTheTextBack() throws {
    let lines = report(in: Form(format: .ndjson, view: .listeners)).split(separator: "\n")
    let objects = try lines.map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
    let capture = try #require(objects.first { $0["type"] as? String == "capture" })
    #expect(capture["inputs"] as? [String] == [Self.hostile])
    #expect(capture["warnings"] as? [String] == [Self.hostile])
    let finding = try #require(objects.first { $0["type"] as? String == "finding" })
    #expect(finding["message"] as? String == Self.hostile)
    #expect(finding["path"] as? String == Self.hostile)
  }

  @Test func xmlIsWellFormed() throws {
    let text = report(in: Form(format: .junit, view: .flows))
    #expect(XMLParser(data: Data(text.utf8)).parse())
    for scalar in ["1B", "9B", "202E", "FFFE"] { #expect(text.contains("\\u{\(scalar)}")) }
  }

  @Test(arguments: ["=", "+", "-", "@", "\t", "\r"])
  func noCellIsComputed(first: String) throws {
    let cell = written { $0.append(csv: first + "1+\"1\"\n") }
    #expect(cell.hasPrefix("\"'") || cell.hasPrefix("\"\\u{"))
    #expect(cell.hasSuffix("1+\"\"1\"\"\\u{0A}\""))
  }

  @Test func markdownHasNoMarkup() {
    let text = report(in: Form(format: .markdown, view: .flows))
    #expect(!text.contains("<script") && !text.contains("https://") && !text.contains("[x]"))
    let row = text.split(separator: "\n").first { $0.hasPrefix("### ") }
    #expect(row?.contains("\\|") == true && row?.contains("\\`") == true)
  }

  private func report(in form: Form, input: String = hostile, message: String = hostile) -> String {
    var options = RenderingOptions()
    options.view = form.view
    return rendered(
      form.format.renderer(options), SampleFlows.all, SampleFlows.report(quoting: input, message: message),
      messages: message)
  }
}

@Suite("Payload as text")
struct PrintableTextTests {
  @Test func whatATerminalObeysIsDots() {
    #expect(text([Array("a\u{1B}[2Jb\r\n\tc\u{7F}".utf8)]) == "a.[2Jb.\n\tc.")
    #expect(text([Array("x\u{9B}y\u{202E}z".utf8)]) == "x..y...z")
    #expect(text([[0xff, 0xfe, 0x41, 0xed, 0xa0, 0x80]]) == "..A...")
  }

  /// A scalar may come in two segments.
  @Test func scalarsMayBeCut() {
    let bytes = Array("漢字 🧵 é".utf8)
    for place in 0...bytes.count {
      #expect(text([Array(bytes[..<place]), Array(bytes[place...])]) == "漢字 🧵 é")
    }
    #expect(text(bytes.map { [$0] }) == "漢字 🧵 é")
    #expect(text([[0x41, 0xf0, 0x9f]]) == "A..")
    #expect(text([[0x41, 0xf0, 0x9f], [0x41]]) == "A..A")
  }

  private func text(_ pieces: [[UInt8]]) -> String {
    written { output in
      var text = PrintableText()
      for piece in pieces { text.write(piece, into: &output) }
      text.finish(into: &output)
    }
  }
}
