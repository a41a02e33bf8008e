public import Anomalies
public import ConnectionTracking
import PacketDecoding

/// What a finding claims that the kernel, or the log of both hosts, can confirm or deny.
///
/// Not every finding does: that a host is slow to read, or a path reorders, nobody asked the kernel.
public enum FindingClaim: Sendable {
  /// The end was in this state for as long as the finding says.
  case wasIn(TCPState)
  /// The end came through this state; where the finding is about neither end, both did.
  case cameThrough(TCPState)
  /// The end was never ESTABLISHED.
  case neverEstablished
  /// Every RST that shows it was sent by the host in whose name it is.
  case sentItsResets
  /// One of the packets was not sent by the host in whose name it is.
  case isForged
  /// The host sent the bytes of the last packet more than once.
  case sentTwice
  /// A packet of the end, or of its peer, did not arrive.
  case lostSomething(SegmentKind)
  /// The end received no segment of its peer.
  case heardNothing
  /// The end received the ACK of its FIN together with the peer's FIN.
  case hadBothInOne
  /// Each end had sent its FIN before the other's arrived.
  case crossedFINs
  /// The receiver of the RST that shows it stayed as it was.
  case changedNothing
  /// The RST that shows it reached the end late, or never.
  case missedTheReset
  /// It would be the capture's fault, and these captures hold all that passed.
  case cannotBe

  public enum SegmentKind: Sendable { case synACK, ack }
}

extension FindingClaim {
  /// The claims of each rule, in the order of the registry; a rule that is not here makes none.
  public static let all: [String: [FindingClaim]] = [
    "syn-timeout": [.heardNothing, .neverEstablished], "syn-refused": [.neverEstablished, .sentItsResets],
    "syn-icmp-rejected": [.neverEstablished], "handshake-aborted": [.neverEstablished, .sentItsResets],
    "syn-ack-lost": [.lostSomething(.synACK)], "third-ack-lost": [.lostSomething(.ack)],
    "syn-rcvd-stalled": [.wasIn(.synReceived)], "accept-queue-overflow": [.neverEstablished],
    "accept-overflow-reset": [.neverEstablished, .sentItsResets], "syncookie-orphan": [.neverEstablished],
    "simultaneous-open": [.cameThrough(.synReceived)],
    "three-way-close": [.hadBothInOne], "simultaneous-close": [.crossedFINs],
    "rst-after-fin": [.sentItsResets], "half-close": [.cameThrough(.finWait2)],
    "request-after-fin": [.cameThrough(.finWait1), .sentItsResets], "data-after-fin": [.isForged],
    "fin-seq-changed": [.isForged], "fin-retransmitted": [.sentTwice],
    "close-wait-leak": [.wasIn(.closeWait)], "fin-wait-1-stalled": [.wasIn(.finWait1)],
    "fin-wait-2-stuck": [.wasIn(.finWait2)], "last-ack-stalled": [.wasIn(.lastAck)],
    "closing-stalled": [.wasIn(.closing)],
    "fin-wait-2-orphan-timeout": [.cameThrough(.finWait2), .sentItsResets],
    "time-wait-bucket-overflow": [.cameThrough(.finWait2), .sentItsResets],
    "syn-sent-abandoned": [.neverEstablished],
    "retransmission-blackout": [.sentTwice], "keepalive-dead-peer": [.sentItsResets],
    "idle-middlebox-reset": [.isForged],
    "rst-abort-live": [.sentItsResets], "rst-unread-data": [.sentItsResets], "rst-data-after-close": [.sentItsResets],
    "rst-no-socket": [.sentItsResets], "rst-in-window-challenged": [.changedNothing],
    "rst-out-of-window": [.changedNothing], "rst-suspected-injected": [.isForged], "rst-reply-to-fin": [.sentItsResets],
    "peer-unaware-of-rst": [.missedTheReset],
    "half-open-discovered": [.sentItsResets], "half-open-data-reset": [.sentItsResets],
    "retransmission": [.sentTwice], "fast-retransmission": [.sentTwice], "spurious-retransmission": [.sentTwice],
    "overlap-different-data": [.isForged], "one-sided-capture": [.cannotBe], "sequence-gap": [.cannotBe],
    "evicted-flow": [.cannotBe],
  ]
}

extension Grader {
  /// How many claims of findings were judged, and those the truth contradicts.
  public func judgeFindings(
    of inference: Inference, _ thresholds: Thresholds = Thresholds()
  ) -> (judged: Int, contradicted: [Grade.Case]) {
    var judged = 0
    var contradicted: [Grade.Case] = []
    for flow in inference.flows {
      for finding in Findings(thresholds).of(flow) {
        for claim in FindingClaim.all[finding.id] ?? [] {
          guard let objection = objection(to: claim, FoundHere(finding, flow, inference.frames)) else { continue }
          judged += 1
          guard !objection.isEmpty else { continue }
          contradicted.append(
            Grade.Case(
              scenario: recording.scenario, tap: tap, checkpoint: finding.id,
              finding: "\(objection) (\(finding.message))"))
        }
      }
    }
    return (judged, contradicted)
  }
}

/// A finding in its flow, with the packets that show it.
struct FoundHere {
  let finding: Finding
  let flow: Flow
  let packets: [SegmentSignature]

  init(_ finding: Finding, _ flow: Flow, _ frames: [UInt64: SegmentSignature]) {
    self.finding = finding
    self.flow = flow
    packets = finding.frames.compactMap { frames[$0] }
  }

  /// The ends it is about, as the truth knows them.
  var ends: [EndPair] {
    let roles = finding.endpoint.map { [$0] } ?? [.client, .server]
    return roles.map { EndPair(me: flow.address(of: $0), you: flow.address(of: $0.peer)) }
  }

  /// From its first packet to its last, as the hosts saw them: up to a tenth of a second earlier or later than the tap.
  var times: ClosedRange<Int64> {
    flow.firstSeen.time.nanoseconds - 100_000_000...max(flow.firstSeen.time, flow.lastSeen.time).nanoseconds
      + 100_000_000
  }

  /// How long it says that something lasted, in nanoseconds.
  var duration: Int64 {
    for field in finding.fields where field.name == "duration" {
      if case .duration(let duration) = field.value { return duration }
    }
    return 0
  }
}

extension Flow {
  fileprivate func address(of role: EndpointRole) -> SocketAddress { role == .client ? client : server }
}
