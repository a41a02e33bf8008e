import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport

/// Flows by the dozen, for what only many show together: one template, changed.
enum ManyFlows {
  static func ids(
    _ flows: [Flow], _ thresholds: Thresholds = Thresholds(), findings: (Flow) -> [String] = { _ in [] }
  ) -> Set<String> {
    var statistics = CaptureStatistics()
    for flow in flows { statistics.add(flow, findings(flow).map(finding)) }
    return Set(statistics.findings(thresholds).map(\.id))
  }

  static func finding(_ id: String) -> Finding {
    var finding = Findings().of(Self.template.refused)[0]
    finding.id = id
    finding.confidence = .certain
    return finding
  }

  static func answered(_ number: Int, after milliseconds: Int64, nanoseconds: Int64 = 0) -> Flow {
    flow(number, at: Int64(number) * 100) { flow in
      let delay = milliseconds * 1_000_000 + nanoseconds
      flow.timeline = [
        Transition(
          time: flow.firstSeen.time.advanced(byNanoseconds: delay), frame: 2, endpoint: .client, from: .synSent,
          to: .established, cause: .receivesSYNACK, evidence: .presumed)
      ]
      flow.clientEnd.nanosecondsInState[2] = delay
    }
  }

  static func closeWait(_ number: Int, since milliseconds: Int64) -> Flow {
    flow(number, at: milliseconds) { flow in
      flow.serverEnd.state = .closeWait
      flow.serverEnd.stateSince = flow.firstSeen.time
      flow.serverEnd.nanosecondsInState[Int(TCPState.closeWait.rawValue)] = 60_000_000_000
    }
  }

  static func timeWait(_ number: Int, at milliseconds: Int64, of end: EndpointRole = .server) -> Flow {
    flow(number, at: milliseconds) { flow in
      flow.serverEnd.nanosecondsInState[Int(TCPState.timeWait.rawValue)] = 60_000_000_000
      if end == .client { (flow.clientEnd, flow.serverEnd) = (flow.serverEnd, flow.clientEnd) }
      flow.timeline = [
        Transition(
          time: flow.firstSeen.time, frame: 9, endpoint: end, from: .finWait2, to: .timeWait, cause: .receivesFIN,
          evidence: .observed)
      ]
    }
  }

  /// A flow that was established and is open, `milliseconds` after the first.
  static func flow(
    _ number: Int, at milliseconds: Int64, from client: Int = 0, _ change: (inout Flow) -> Void = { _ in }
  ) -> Flow {
    var flow = Self.template.open
    flow.number = number
    flow.timeline = []
    flow.client.address = IPAddress(v4: 0x0A00_0100 + UInt32(client))
    flow.firstSeen.time = flow.firstSeen.time.advanced(byNanoseconds: milliseconds * 1_000_000)
    flow.lastSeen.time = flow.firstSeen.time.advanced(byNanoseconds: 1_000_000)
    change(&flow)
    return flow
  }

  private static let template: (open: Flow, refused: Flow) = {
    let open = (try? WireScript(Example.exchange).flows()) ?? []
    let refused = (try? WireScript("0.000 c S 0:0(0)\n0.010 s R. 0:0(0) ack 1 win 0").flows()) ?? []
    return (open[0], refused[0])
  }()
}
