import TestSupport
import Testing

@Suite("Help")
struct HelpTests {
  @Test(arguments: ["analyze", "follow", "report", "states"])
  func text(command: String) async throws {
    let result = try await Tool.run("help", command)
    #expect(Snapshot("help-\(command).txt").difference(from: result.output) == nil)
  }

  /// Commands in the help that do not parse would teach mistakes.
  @Test(arguments: ["analyze", "follow", "report", "states"])
  func theCommandsItShowsAreReal(command: String) async throws {
    let help = try await Tool.run("help", command).output
    let examples = help.split(separator: "\n").filter { $0.hasPrefix("  wirestat ") }
    #expect(!examples.isEmpty)
    for example in examples {
      // In a folder of its own: an example may write a file.
      let command = example.replacing("wirestat", with: "$WIRESTAT")
      let result = try await Tool.shell(
        "set -f; folder=$(mktemp -d); cd $folder; \(command); status=$?; rm -r $folder; exit $status")
      #expect(result.status != 64, "\(example): \(result.errors)")
    }
  }
}
