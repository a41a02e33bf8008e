import Anomalies
import ConnectionTracking
import TestSupport
import Testing

@Suite("Every rule of the registry")
struct RegistryTests {
  @Test(arguments: Example.all)
  func isShown(example: Example) throws {
    let ids = try Example.ids(in: example.shows, selfConnect: example.selfConnect)
    #expect(ids.contains(example.id), "found \(ids)")
  }

  @Test(arguments: Example.all)
  func isNotShownByWhatComesNear(example: Example) throws {
    let ids = try Example.ids(in: example.nearMiss, selfConnect: example.selfConnect && example.id == "land-attack")
    #expect(!ids.contains(example.id))
  }

  @Test("has an example, or a test of its own")
  func hasExample() {
    let shown = Set(Example.all.map(\.id)).union(Self.shownElsewhere)
    for rule in AnomalyRule.all { #expect(shown.contains(rule.id), "nothing shows \(rule.id)") }
    #expect(shown.isSubset(of: AnomalyRule.all.map(\.id)), "an example of no rule")
  }

  /// Where only the statistics are read, such flows are told of without anything that a rule could be asked about.
  @Test("that statistics count is never shown by a flow that had pauses at most", arguments: Example.all)
  func isNotCountedForPauses(example: Example) throws {
    let findings = Findings(Thresholds(), asking: CaptureStatistics.countedRules)
    for conversation in [example.shows, example.nearMiss] {
      for flow in try WireScript(conversation).flows() where flow.observations.allSatisfy({ $0.kind == .silence }) {
        #expect(findings.of(flow).isEmpty)
      }
    }
  }

  @Test("has its words")
  func hasWords() {
    for rule in AnomalyRule.all {
      #expect(rule.id.allSatisfy { ($0.isLowercase && $0.isASCII) || $0.isNumber || $0 == "-" }, "\(rule.id)")
      #expect(rule.explanation.hasSuffix("."), "\(rule.id)")
      #expect(rule.advice.hasSuffix("."), "\(rule.id)")
      #expect(!rule.causes.isEmpty && !rule.next.isEmpty, "\(rule.id)")
    }
    #expect(Set(AnomalyRule.all.map(\.id)).count == AnomalyRule.all.count)
  }

  /// Rules about listeners, hosts, the capture, ICMP errors and limits: see AggregateTests and CaptureQualityTests.
  static let shownElsewhere: Set<String> = [
    "syn-icmp-rejected", "evicted-flow", "capture-loss", "capture-reordered", "clock-jump", "snaplen-truncated",
    "truncated-file", "checksum-offload", "nat-translated-pair", "limit-reached", "unsupported-packets", "syn-flood",
    "syn-backlog-drop", "connect-latency-outlier",
    "backend-flapping", "reset-rate", "half-close-heavy", "fd-leak-suspect", "time-wait-pileup", "rst-storm",
    "port-scan",
  ]
}
