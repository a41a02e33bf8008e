import ConnectionTracking
import Reporting
import TestSupport
import Testing

@Suite("State names and the glossary")
struct StateNamesTests {
  @Test(arguments: StateNames.allCases)
  func everySpellingIsUnderstood(names: StateNames) {
    for state in TCPState.allCases {
      let name = names.name(of: state)
      for spelling in [name, name.lowercased(), name.uppercased()] + separated(name) {
        #expect(StateNames.state(named: spelling) == .some(.some(state)), "\(spelling)")
      }
    }
  }

  private func separated(_ name: String) -> [String] {
    let words = name.split { $0 == "_" || $0 == "-" }
    return ["", "_", "-", " "].map { words.joined(separator: $0) }
  }

  @Test(
    arguments: zip(
      ["TCP_NEW_SYN_RECV", "syn-rcvd", "Timed_Wait", "MIB_TCP_STATE_ESTAB", "finwait2", "SynReceived"],
      [TCPState.synReceived, .synReceived, .timeWait, .established, .finWait2, .synReceived]))
  func namesThatAreNeverPrinted(name: String, state: TCPState) {
    #expect(StateNames.state(named: name) == .some(.some(state)))
  }

  @Test(arguments: ["", "tcp", "open", "FIN_WAIT", "FIN_WAIT_3", "none"])
  func otherWordsAreNoStates(name: String) {
    #expect(StateNames.state(named: name) == nil)
  }

  @Test func unknownIsAnAnswer() {
    #expect(StateNames.state(named: "unknown") == .some(nil))
    for names in StateNames.allCases { #expect(names.name(of: nil) == "UNKNOWN") }
  }

  @Test(arguments: StateNames.allCases)
  func noTwoStatesShareASpelling(names: StateNames) {
    #expect(Set(TCPState.allCases.map(names.name(of:))).count == 11)
  }

  @Test func everyEntryOfTheGlossaryIsWhole() {
    #expect(StateGlossary.entries.map(\.state) == TCPState.allCases)
    for entry in StateGlossary.entries {
      for text in [entry.meaning, entry.waitsFor, entry.pileUp] + entry.entered + entry.left { #expect(!text.isEmpty) }
      for stack in StackProfile.all { #expect(!entry.duration(on: stack).isEmpty) }
    }
  }

  @Test func theGlossaryReadsAsItDid() throws {
    let text = written { output in
      GlossaryRenderer.writeList(into: &output)
      for entry in StateGlossary.entries {
        output.append("\n")
        GlossaryRenderer.write(entry, into: &output)
      }
    }
    #expect(Snapshot("glossary.txt").difference(from: text) == nil)
  }

  @Test func theGlossaryIsJSON() throws {
    for entry in StateGlossary.entries {
      let json = try JSONValue(parsing: written { GlossaryRenderer.writeJSON(entry, names: .rfc, into: &$0) })
      #expect(json["state"]?.string == StateNames.rfc.name(of: entry.state))
      #expect(json["names"]?["kernel"]?.string == StateNames.kernel.name(of: entry.state))
    }
  }
}
