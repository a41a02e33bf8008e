@testable import ConnectionTracking
import GroundTruth
import PacketDecoding
import Testing

/// A handshake whose last ACK never arrives: the kernel has the client in ESTABLISHED and the server in SYN_RCVD.
struct GraderTests {
  private static let client = "10.77.0.1:40000"
  private static let server = "10.77.0.2:8080"
  private static let checkpointTime: Int64 = 1_000_000_000

  @Test func theKernelsStateIsExact() {
    let grade = grade(server: [(.synReceived, .observed, nil)])
    #expect(grade.exact == 2)
    #expect(grade.hedged.isEmpty && grade.wrong.isEmpty)
  }

  @Test func aPresumptionAfterTheTruthIsHedged() {
    let grade = grade(server: [(.synReceived, .observed, nil), (.established, .presumed, nil)])
    #expect(grade.exact == 1)
    #expect(grade.hedged.count == 1)
  }

  @Test func aConfirmedPresumptionIsNoExcuse() {
    let confirmed = Self.checkpointTime - 1
    let grade = grade(server: [(.synReceived, .observed, nil), (.established, .presumed, confirmed)])
    #expect(grade.wrong.count == 1)
  }

  @Test func aConfirmationThatCameLaterDoesNotCountYet() {
    let confirmed = Self.checkpointTime + 1
    let grade = grade(server: [(.synReceived, .observed, nil), (.established, .presumed, confirmed)])
    #expect(grade.hedged.count == 1)
  }

  @Test func certaintyOfTheUntrueIsWrong() {
    let grade = grade(server: [(.synReceived, .observed, nil), (.established, .observed, nil)])
    #expect(grade.wrong.count == 1)
  }

  @Test func aMissingFlowIsWrong() {
    let grade = Grader(recording(), tap: .a).grade([])
    #expect(grade.wrong.count == 2)
  }

  @Test func whatNeverPassedTheTapIsHidden() {
    // Behind the loss nothing of the client's ACK is seen; its SYN never came either where the log has none delivered.
    var recording = recording()
    recording.log.removeAll { !$0.isSent }
    let grade = Grader(recording, tap: .mid).grade([])
    #expect(grade.hidden == 2)
    #expect(grade.judged == 0)
  }

  private typealias Step = (state: TCPState, evidence: Evidence, confirmed: Int64?)

  private func grade(server steps: [Step]) -> Grade {
    Grader(recording(), tap: .a).grade([flow(steps)])
  }

  private func recording() -> Recording {
    let row = { SocketRow(state: $0, local: $1, peer: $2) }
    let checkpoint = Checkpoint(
      label: "ack lost", t0: Self.checkpointTime, t1: Self.checkpointTime,
      a: [row("ESTAB", Self.client, Self.server)], b: [row("SYN-RECV", Self.server, Self.client)])
    let log = [
      logged(1, .a, isSent: true, flags: 2), logged(2, .b, isSent: false, flags: 2),
      logged(3, .b, isSent: true, flags: 18), logged(4, .a, isSent: false, flags: 18),
      logged(5, .a, isSent: true, flags: 16),
    ]
    return Recording(
      scenario: "made-up", summary: nil, a: ["10.77.0.1"], b: ["10.77.0.2"], checks: [checkpoint], kernelTrace: [],
      log: log, end: Self.checkpointTime)
  }

  private func logged(_ time: Int64, _ side: GroundTruth.Side, isSent: Bool, flags: UInt16) -> LoggedPacket {
    let isFromClient = (side == .a) == isSent
    let ends = [("10.77.0.1", UInt16(40_000)), ("10.77.0.2", 8080)]
    let (source, destination) = (ends[isFromClient ? 0 : 1], ends[isFromClient ? 1 : 0])
    return LoggedPacket(
      time: time, side: side, isSent: isSent,
      segment: SegmentSignature(
        source: source.0, sourcePort: source.1, destination: destination.0, destinationPort: destination.1,
        flags: flags, sequence: 0, acknowledgment: 0, payloadLength: 0))
  }

  private func flow(_ steps: [Step]) -> Flow {
    var entries = [entry(.client, .synSent, .observed, at: 1), entry(.client, .established, .observed, at: 5)]
    for (index, step) in steps.enumerated() {
      let confirmed = step.confirmed.map { PacketStamp(time: Timestamp(nanoseconds: $0), frame: 9) }
      entries.append(entry(.server, step.state, step.evidence, at: Int64(10 + index), confirmed: confirmed))
    }
    let moment = PacketStamp(time: Timestamp(nanoseconds: 1), frame: 1)
    return Flow(
      number: 1, previousFlow: nil, client: SocketAddress(address: IPAddress(v4: 0x0a4d_0001), port: 40_000),
      server: SocketAddress(address: IPAddress(v4: 0x0a4d_0002), port: 8080), encapsulation: .none, orientation: .syn,
      firstSeen: moment, lastSeen: moment, closedBy: nil, close: .none, timeline: entries, timelineOmitted: 0,
      clientEnd: EndpointSummary(state: .established), serverEnd: EndpointSummary(state: .established),
      end: .inputEnded)
  }

  private func entry(
    _ role: EndpointRole, _ state: TCPState, _ evidence: Evidence, at time: Int64,
    confirmed: PacketStamp? = nil
  ) -> Transition {
    Transition(
      time: Timestamp(nanoseconds: time), frame: 1, endpoint: role, from: nil, to: state, cause: .midstream,
      evidence: evidence, confirmed: confirmed)
  }
}
