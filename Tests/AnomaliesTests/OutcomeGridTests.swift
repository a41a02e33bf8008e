import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

@Suite("Successes and failures over time")
struct OutcomeGridTests {
  private struct Outcome {
    var milliseconds: Int64
    var isGood: Bool
  }

  private func grid(_ outcomes: some Sequence<Outcome>) -> OutcomeGrid {
    var grid = OutcomeGrid()
    for outcome in outcomes {
      grid.add(Timestamp(nanoseconds: outcome.milliseconds * 1_000_000), isGood: outcome.isGood)
    }
    return grid
  }

  @Test("are the same in any order and parts", arguments: UInt64(0)..<40)
  func order(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let spread = [Int64(5), 60, 100_000, 1_000_000_000_000][Int(seed % 4)]
    let outcomes = (0..<Int.random(in: 1..<100, using: &random)).map { _ in
      Outcome(milliseconds: .random(in: -spread..<spread, using: &random), isGood: .random(using: &random))
    }
    let whole = grid(outcomes)
    #expect(grid(outcomes.shuffled(using: &random)) == whole)
    let middle = Int.random(in: 0...outcomes.count, using: &random)
    var parts = grid(outcomes[middle...])
    parts.merge(grid(outcomes[..<middle]))
    #expect(parts == whole)
  }

  /// One a second, so that each has a cell of its own.
  @Test(
    "change as often as told",
    arguments: [
      ("", 0), ("+", 0), ("++++", 0), ("----", 0), ("+-", 1), ("+-+-", 3), ("-----+++++", 1), ("+-+-+-+-+-", 9),
      ("+ - +", 2), ("--++--", 2),
    ])
  func changes(line: String, count: Int) {
    let outcomes = line.enumerated().filter { $0.element != " " }.map {
      Outcome(milliseconds: Int64($0.offset) * 1000, isGood: $0.element == "+")
    }
    #expect(grid(outcomes).changes == count)
  }

  @Test("more than a minute apart make no change")
  func farApart() {
    let outcomes = (0..<6).map { Outcome(milliseconds: $0 * 90_000, isGood: $0 % 2 == 0) }
    #expect(grid(outcomes).changes == 0)
  }

  @Test("never change more often than one by one", arguments: UInt64(0)..<40)
  func atLeast(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let outcomes = (0..<500).map { Outcome(milliseconds: $0 * 10, isGood: Int.random(in: 0..<9, using: &random) > 0) }
    let changes = zip(outcomes, outcomes.dropFirst()).count { $0.isGood != $1.isGood }
    let found = grid(outcomes).changes
    #expect(found <= changes)
    #expect(found > 10)
  }

  @Test("at the two ends of time are no trouble")
  func ends() {
    var grid = OutcomeGrid()
    for time in [Int64.max, .min, 0] { grid.add(Timestamp(nanoseconds: time), isGood: time == 0) }
    #expect(grid.changes <= 2)
  }
}
