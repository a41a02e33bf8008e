import ArgumentParser
import Foundation

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Record scenarios: captures at three taps, and the truth beside them.")

  @Argument(help: "Scenarios by name; all where none is named.")
  var scenarios: [String] = []

  @Option(name: .shortAndLong, help: "The directory the recordings go to.")
  var output: String

  @Option(help: "ipv4, ipv6 or both.")
  var ip = "both"

  @Flag(help: "Record those too that wait for a timer of a minute.")
  var slow = false

  func run() throws {
    let versions = ip == "both" ? IPVersion.allCases : IPVersion(rawValue: ip).map { [$0] } ?? []
    guard !versions.isEmpty else { throw ValidationError("--ip takes ipv4, ipv6 or both") }
    let chosen = try choose()
    try Session.run { session in
      let recorder = try Recorder(directory: output)
      for version in versions {
        for scenario in chosen {
          let name = scenario.name + (version == .ipv6 ? "-ipv6" : "")
          try session.attempt(name) {
            try recorder.record(name, summary: scenario.summary, version: version, scenario.script)
          }
        }
      }
    }
  }

  private func choose() throws -> [Scenario] {
    if let unknown = scenarios.first(where: { name in !Scenario.all.contains { $0.name == name } }) {
      throw ValidationError("there is no scenario '\(unknown)'; 'laboratory list' shows them all")
    }
    return Scenario.all.filter { scenario in
      scenarios.isEmpty ? slow || !scenario.isSlow : scenarios.contains(scenario.name)
    }
  }
}
