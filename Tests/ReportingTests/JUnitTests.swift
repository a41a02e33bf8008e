import Anomalies
import Foundation
import Reporting
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("JUnit, read back by a parser")
struct JUnitTests {
  private func suite(_ gate: FindingGate) throws -> JUnitReader {
    let text = rendered(JUnitRenderer(gate: gate))
    return try #require(JUnitReader(reading: text), "\(text)")
  }

  @Test func aCaseForEveryFlowWithFindings() throws {
    let reader = try suite(.warnings)
    let withFindings = SampleFlows.all.count { !Findings().of($0).isEmpty }
    #expect(reader.cases.count { $0["classname"] == "flow" } == withFindings)
    #expect(reader.cases.first?["name"] == "web \"1\".pcap, -")
    #expect(reader.cases.last?["name"] == "10.77.0.2:80 fails | and <recovers> & fails.")
  }

  @Test(arguments: [FindingGate.none, .warnings, FindingGate(severity: .info), FindingGate(ids: ["syn-refused"])])
  func theCountsAreThoseOfTheElements(gate: FindingGate) throws {
    let reader = try suite(gate)
    #expect(reader.suite["tests"] == "\(reader.cases.count)")
    #expect(reader.suite["failures"] == "\(reader.failures.count)")
  }

  @Test func aFailureHasTheSentence() throws {
    let reader = try suite(FindingGate(ids: ["syn-refused"]))
    let refused = SampleFlows.report(on: SampleFlows.refused)
    guard refused.findings.contains(where: { $0.id == "syn-refused" }) else { return #expect(reader.failures.isEmpty) }
    #expect(reader.failures.map { $0["message"] } == [refused.sentence()])
  }

  @Test(arguments: ["plain", "<&>\"'", "line\nbreak\tand\rreturn", "漢字 🧵", "]]>", ""])
  func anyTextSurvives(text: String) throws {
    let xml = "<testcase name=\"\(written { $0.append(xml: text) })\"/>"
    #expect(try #require(JUnitReader(reading: xml)).cases.first?["name"] == text)
  }

  /// XML 1.0 has no place for these at all.
  @Test func whatXMLCannotHoldIsVisible() throws {
    let xml = "<testcase name=\"\(written { $0.append(xml: "a\u{0}b\u{1B}c\u{FFFF}d") })\"/>"
    #expect(try #require(JUnitReader(reading: xml)).cases.first?["name"] == "a\\u{00}b\\u{1B}c\\u{FFFF}d")
  }
}

/// What a CI system takes from the file: the elements and their attributes.
private final class JUnitReader: NSObject, XMLParserDelegate {
  private(set) var suite: [String: String] = [:]
  private(set) var cases: [[String: String]] = []
  private(set) var failures: [[String: String]] = []

  /// nil where `text` is not well-formed.
  init?(reading text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    switch name {
    case "testsuite": suite = attributes
    case "testcase": cases.append(attributes)
    case "failure": failures.append(attributes)
    default: break
    }
  }
}
