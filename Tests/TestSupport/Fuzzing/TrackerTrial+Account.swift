import ConnectionTracking
import PacketDecoding

extension TrackerTrial {
  /// An input in words: its packets, then the timelines of the flows they make.
  package static func account(_ bytes: [UInt8]) -> String {
    let trial = TrackerTrial(bytes)
    let flows = trial.flows()
    return (trial.steps.map(\.account) + flows.map(\.account) + trial.breaches()).joined(separator: "\n")
  }
}

extension TrackerStep {
  fileprivate var account: String {
    guard case .segment(let segment, let payload) = self else { return "\(time) \(self)" }
    let names: [(TCPFlags, String)] = [
      (.syn, "S"), (.fin, "F"), (.rst, "R"), (.psh, "P"), (.ack, "."), (.urg, "U"), (.ece, "E"), (.cwr, "W"),
    ]
    let flags = names.filter { segment.flags.contains($0.0) }.map(\.1).joined()
    let acknowledgment = segment.acknowledgment.map { " ack \($0.rawValue)" } ?? ""
    return "\(segment.frame) \(time) \(segment.source) > \(segment.destination) \(flags) \(segment.sequence.rawValue):"
      + "\(segment.sequenceEnd.rawValue)(\(segment.wirePayloadLength), \(payload.count) captured)\(acknowledgment)"
      + " win \(segment.window) \(segment.options.kinds)"
  }
}

extension Flow {
  fileprivate var account: String {
    let entries = timeline.map { entry in
      "  \(entry.frame.map(String.init) ?? "-") \(entry.endpoint) \(name(entry.from)) > \(name(entry.to)) \(entry.cause) \(entry.evidence)"
        + (entry.confirmed.map { ", confirmed at \($0.frame)" } ?? "")
        + (entry.refuted.map { ", refuted at \($0.frame)" } ?? "")
    }
    return (["flow \(number): \(client) > \(server), \(close), \(end)"] + entries).joined(separator: "\n")
  }

  private func name(_ state: TCPState?) -> String { state.map { "\($0)" } ?? "unknown" }
}
