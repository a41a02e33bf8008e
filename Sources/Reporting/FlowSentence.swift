public import ConnectionTracking
import PacketDecoding

extension Flow {
  /// One plain sentence: who closed first and how, after how long, and in which state each end is left.
  public func sentence(names: StateNames = .bsd) -> String {
    var output = OutputBuffer()
    FlowSentence(names: names.all).write(self, into: &output)
    return output.text
  }
}

/// The sentence of a flow, written without allocation.
struct FlowSentence {
  /// The spellings of the states by raw value, UNKNOWN last.
  let names: [String]

  func write(_ flow: borrowing Flow, into output: inout OutputBuffer) {
    writeClose(of: flow, into: &output)
    output.append("; the client ")
    write(flow.clientEnd, into: &output)
    output.append(", the server ")
    write(flow.serverEnd, into: &output)
    output.append(byte: UInt8(ascii: "."))
  }

  private func writeClose(of flow: borrowing Flow, into output: inout OutputBuffer) {
    switch flow.close {
    case .fourWay, .threeWay: write(flow, " closed first (FIN)", "and the other end followed", into: &output)
    case .simultaneous: write(flow, " closed at the same time (FIN)", nil, into: &output)
    case .half: write(flow, " closed (FIN)", "and the other end has not", into: &output)
    case .reset: write(flow, " reset the connection", nil, into: &output)
    case .resetAfterFIN: write(flow, " closed first (FIN)", "and a reset followed", into: &output)
    case .refused: write(flow, " refused the connection", nil, into: &output)
    case .unanswered:
      output.append("The client's SYN found no answer in ")
      append(duration: flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time), into: &output)
    case .none:
      output.append("Neither end closed in the ")
      append(duration: flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time), into: &output)
      output.append(" seen")
    }
  }

  /// Who did it, when, and what came of it.
  private func write(
    _ flow: borrowing Flow, _ deed: String, _ consequence: String?, into output: inout OutputBuffer
  ) {
    output.append(subject(of: flow))
    output.append(deed)
    output.append(" after ")
    append(duration: flow.nanosecondsToClose, into: &output)
    guard let consequence else { return }
    output.append(byte: UInt8(ascii: " "))
    output.append(consequence)
  }

  private func subject(of flow: borrowing Flow) -> String {
    switch flow.closedBy {
    case .client: "The client"
    case .server: "The server"
    case .both: "Both ends"
    case nil: "An end"
    }
  }

  private func write(_ end: EndpointSummary, into output: inout OutputBuffer) {
    guard end.state != nil else { return output.append("is in a state that nothing shows") }
    output.append(end.isPresumed ? "is presumably in " : "is left in ")
    output.append(names[end.state.index])
  }

  private func append(duration nanoseconds: Int64, into output: inout OutputBuffer) {
    output.append(seconds: nanoseconds, decimals: 3)
    output.append(" s")
  }
}

extension Flow {
  /// From the first packet to the first FIN or RST; to the last packet where the timeline has neither.
  package var nanosecondsToClose: Int64 {
    let first = timeline.first { entry in
      switch entry.cause {
      case .sendsFIN, .sendsRST, .receivesFIN, .receivesFINACK, .receivesRST: true
      default: false
      }
    }
    return (first?.time ?? lastSeen.time).nanoseconds(since: firstSeen.time)
  }
}
