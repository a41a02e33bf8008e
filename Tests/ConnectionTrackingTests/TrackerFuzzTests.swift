import ConnectionTracking
import Foundation
import PacketDecoding
import TestSupport
import Testing

/// Any segments whatever, one by one, in batches and with streams: no trap, the same flows, every rule of ``Flow`` kept.
///
/// Tests/Fuzzing does the same with libFuzzer, which sees where an input leads; what it found stands here.
/// `FUZZ_RUNS=1000000 swift test --filter TrackerFuzzTests` runs longer than every run does.
struct TrackerFuzzTests {
  private static let runs = ProcessInfo.processInfo.environment["FUZZ_RUNS"].flatMap { Int($0) } ?? 2000

  @Test(arguments: UInt64(0)..<4)
  func mutatedConversations(seed: UInt64) {
    let seeds = (0..<40).map {
      FuzzConversation.input(Simulation(seed: $0, loss: Int($0 % 20)).passages.map(\.segment))
    }
    var mutator = SeededMutator(seed: seed, from: seeds)
    for _ in 0..<Self.runs / 4 {
      let input = mutator.next()
      let breaches = TrackerTrial.breaches(input)
      #expect(breaches == [], "\(input)")
    }
  }

  /// The encoding leaves of a conversation what makes it one.
  @Test func seedsAreConversations() {
    let seeds = (0..<40).map { FuzzConversation.input(Simulation(seed: $0, loss: 0).passages.map(\.segment)) }
    let flows = seeds.flatMap { TrackerTrial($0).flows() }
    #expect(flows.count == 40)
    #expect(flows.count { [.fourWay, .threeWay, .simultaneous].contains($0.close) } > 20)
  }

  @Test func sameInputSameOutput() {
    let input = FuzzConversation.input(Simulation(seed: 7, loss: 10).passages.map(\.segment))
    #expect(TrackerTrial(input).flows() == TrackerTrial(input).flows())
  }

  @Test(arguments: TrackerFinding.all)
  func whatFuzzingFound(finding: TrackerFinding) {
    #expect(TrackerTrial.breaches(finding.input) == [])
  }
}

/// An input that once broke a rule.
struct TrackerFinding: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var input: [UInt8]

  static let all = [
    TrackerFinding(
      testDescription: "the server of a connection to itself that begins with a SYN-ACK",
      input: [0x49, 0x6E, 0x74, 0xF6, 0x0A]),
    TrackerFinding(
      testDescription: "bytes after the FIN, in a second FIN",
      input: [0x21, 0x01, 0x39, 0x01, 0x39, 0xD7, 0x02, 0x65, 0x44, 0x69, 0x39, 0x01, 0x39, 0x39, 0x3D, 0x37]),
    TrackerFinding(
      testDescription: "more arrivals presumed than there is room for: the timeline went on without the state",
      input: [
        0x2B, 0x15, 0x28, 0x2C, 0x2E, 0x72, 0x01, 0x5A, 0x00, 0x00, 0x11, 0x30, 0xD0, 0x00, 0xFE, 0x00, 0x00, 0x01,
        0x10, 0x12, 0x30, 0x00, 0x00, 0x91, 0x00, 0x01, 0x10, 0x15, 0x30, 0x08, 0x00, 0x93, 0x00, 0x01, 0x10, 0x12,
        0x30, 0x08, 0x00, 0x96, 0x00, 0x01, 0x18, 0x0C, 0x30, 0x08, 0x00, 0x9B, 0x00, 0x01, 0x10, 0x13, 0x30, 0x08,
        0x00, 0x99, 0x00, 0x01, 0x10, 0x11,
      ]),
    TrackerFinding(
      testDescription: "two flows end in one leap of time, one of them by a timer that was set anew",
      input: [
        0x00, 0x5D, 0x00, 0x02, 0x30, 0x00, 0x00, 0xFA, 0x48, 0x00, 0x01, 0x12, 0x32, 0x00, 0x00, 0xFE, 0x00, 0x00,
        0x00, 0x10, 0x11, 0x00, 0x00, 0x00, 0x49, 0x00, 0x01, 0x10, 0x11, 0x00, 0x00, 0x00, 0x4A, 0x00, 0x01, 0x11,
        0x12, 0x00, 0x32, 0x00, 0x6F, 0x00, 0x00, 0x11, 0x15, 0x00, 0x00, 0x00, 0x4C, 0x00, 0x01, 0x10, 0x19, 0x00,
        0x00, 0x00, 0x04, 0x00, 0x72, 0xFF, 0xFF, 0xFF, 0x00, 0x47, 0xFF, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0xFF, 0xFF, 0xFF, 0x0B,
      ]),
  ]
}
