import Anomalies
import Foundation
import GroundTruth
import Testing

/// What the rules say of every recording, held against the kernel and the log of both hosts.
struct FindingTruthTests {
  @Test(arguments: Recordings.all, Tap.allCases)
  func noFindingIsContradicted(_ files: RecordingFiles, at tap: Tap) throws {
    let packets = try #require(files.packets(at: tap))
    let (_, contradicted) = Grader(files.recording, tap: tap).judgeFindings(of: Inference(from: packets))
    #expect(contradicted.isEmpty)
  }

  /// Rules that find nothing would contradict nothing either.
  @Test func manyClaimsAreJudged() throws {
    var judged = 0
    for (files, tap) in Recordings.all.flatMap({ files in Tap.allCases.map { (files, $0) } }) {
      let packets = try #require(files.packets(at: tap))
      judged += Grader(files.recording, tap: tap).judgeFindings(of: Inference(from: packets)).judged
    }
    #expect(judged > 350)
  }

  @Test func claimsAreThoseOfRules() {
    for id in FindingClaim.all.keys { #expect(AnomalyRule.named(id) != nil, "\(id)") }
  }

  /// Why each scenario's RSTs were sent, by the calls it makes. Where two are named, a tap may miss what tells them
  /// apart: the first RST lost before it, answers that were on their way.
  static let causes: [(scenario: String, causes: Set<ResetCause>)] = [
    ("accept-queue-overflow-reset", [.acceptQueue]), ("defer-accept", [.abortedAlive]),
    ("fast-open-unacknowledged", [.abortedAlive]), ("fin-wait-2-orphan-minute", [.expiredOrphan]),
    ("fin-wait-2-orphan-timeout", [.expiredOrphan]), ("fin-with-data", [.dataAfterClose]),
    ("half-open-data", [.noSocket]), ("half-open-syn", [.noSocket]),
    ("keepalive-dead-peer", [.keepalive, .abortedAlive]), ("linger2-negative", [.expiredOrphan]),
    ("listener-closed", [.abortedAlive]), ("port-reuse-after-reset", [.abortedAlive]), ("refused", [.refused]),
    ("request-crosses-fin", [.dataAfterClose]), ("reset-by-client", [.abortedAlive]),
    ("reset-by-server", [.abortedAlive]), ("reset-data-after-close", [.dataAfterClose]),
    ("reset-in-close-wait", [.abortedAlive]), ("reset-in-fin-wait-1", [.abortedAlive, .noSocket]),
    ("reset-in-fin-wait-2", [.abortedAlive]), ("reset-lost", [.abortedAlive, .noSocket]),
    ("reset-unread-data", [.abortedAlive, .unreadData]), ("rst-exact-forged", [.injected, .noSocket]),
    ("rst-in-closing-forged", [.injected, .noSocket]), ("rst-in-fin-wait-1-forged", [.injected]),
    ("rst-in-last-ack-forged", [.injected]), ("rst-in-syn-rcvd", [.abortedAlive]),
    ("stray-ack-to-listener", [.noSocket]), ("syn-abandoned", [.cancelledConnect]),
    ("syn-ack-wrong-ack-forged", [.unknown]), ("time-wait-bucket-overflow", [.expiredOrphan]),
    ("time-wait-expires", [.noSocket]), ("user-timeout", [.noSocket]), ("zero-window-reset", [.unreadData]),
  ]

  @Test(arguments: causes.map(\.scenario), Tap.allCases)
  func aResetHasItsCause(scenario: String, tap: Tap) throws {
    let expected = Self.causes.first { $0.scenario == scenario }?.causes ?? []
    let recordings = Recordings.all.filter { $0.recording.scenario.replacing("-ipv6", with: "") == scenario }
    #expect(!recordings.isEmpty)
    for files in recordings {
      for flow in Inference(from: try #require(files.packets(at: tap))).flows {
        guard let cause = ResetCause.of(flow) else { continue }
        #expect(expected.contains(cause), "\(files.recording.scenario)")
      }
    }
  }
}
