import Foundation
import TestSupport
import Testing

/// Files that nobody wrote: the tool reports what can be read of them, or says in one sentence why nothing can.
///
/// Tests/Fuzzing does the same with libFuzzer, without a process each; what it finds is kept here.
@Suite("Damaged files")
struct DamagedFileTests {
  private static let runs = ProcessInfo.processInfo.environment["FUZZ_RUNS"].flatMap { Int($0) } ?? 20

  @Test(arguments: UInt64(0)..<4)
  func mutatedSamples(seed: UInt64) async throws {
    let samples = try SampleCaptures.paths.prefix(40).enumerated().map { number, path in
      FileTrial.input(Array(try Data(contentsOf: URL(fileURLWithPath: path)).prefix(4000)), form: number)
    }
    let schema = try JSONSchema.ofReports()
    var mutator = SeededMutator(seed: seed, from: samples)
    for _ in 0..<Self.runs { try await expectSense(of: mutator.next(limit: 4000), schema) }
  }

  private func expectSense(of input: [UInt8], _ schema: JSONSchema) async throws {
    let trial = FileTrial(input)
    try await withTemporaryFile(trial.file) { path in
      let result = try await Tool.run(["analyze", path] + trial.options)
      #expect([0, 65].contains(result.status), "\(input)")
      #expect(result.errors.isEmpty == (result.status == 0), "\(input)")
      let inStages = try await Tool.run(["analyze", path, "--jobs", "2"] + trial.options)
      #expect(inStages.output == result.output, "\(input)")
      #expect(inStages.errors == result.errors, "\(input)")
      #expect(trial.breaches(ofOutput: Array(result.output.utf8), schema) == [], "\(input)")
    }
  }
}
