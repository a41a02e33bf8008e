import PacketDecoding
import Reporting
import Testing

@testable import Anomalies

@Suite("Gates and tables that were full")
struct FindingGateTests {
  private func limit(_ rules: [AnomalyRule]) -> Finding {
    let limit = ReachedLimit(table: "hosts", omitted: 2, noun: "host", doubt: "they are not listed", blinded: rules)
    return Finding(RuleHead(.limitReached), limit.match(at: Timestamp(nanoseconds: 0)))
  }

  /// What may have been missed counts as if it had been found.
  @Test func aGateIsNotPassedBlindly() {
    let blind = limit([.resetStorm, .fdLeakSuspect])
    #expect(FindingGate(ids: ["rst-storm"]).catches(blind))
    #expect(FindingGate(severity: .error).catches(blind))
    #expect(FindingGate(ids: ["limit-reached"]).catches(blind))
    #expect(!FindingGate(ids: ["time-wait-pileup"]).catches(blind))
    #expect(!FindingGate(severity: .error).catches(limit([.resetStorm])))
    #expect(FindingGate.warnings.catches(limit([])))
    #expect(!FindingGate(severity: .error).catches(limit([])))
  }

  /// That a pair of copies may have been missed is no more than a copy is.
  @Test func aLimitWeighsNoMoreThanWhatItBlinds() {
    #expect(limit([.natTranslatedPair]).severity == .info)
    #expect(limit([.fdLeakSuspect]).severity == .warning)
    #expect(FindingGate(ids: ["nat-translated-pair"]).catches(limit([.natTranslatedPair])))
  }
}
