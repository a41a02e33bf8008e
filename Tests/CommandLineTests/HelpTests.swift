import TestSupport
import Testing

@Suite("Help")
struct HelpTests {
  @Test(arguments: ["analyze", "follow", "states"])
  func text(command: String) async throws {
    let result = try await Tool.run("help", command)
    #expect(Snapshot("help-\(command).txt").difference(from: result.output) == nil)
  }

  /// Commands in the help that do not parse would teach mistakes.
  @Test(arguments: ["analyze", "follow", "states"])
  func theCommandsItShowsAreReal(command: String) async throws {
    let help = try await Tool.run("help", command).output
    let examples = help.split(separator: "\n").filter { $0.hasPrefix("  wirestat ") }
    #expect(!examples.isEmpty)
    for example in examples {
      let result = try await Tool.shell("set -f; \(example.replacing("wirestat", with: "$WIRESTAT"))")
      #expect(result.status != 64, "\(example): \(result.errors)")
    }
  }
}
