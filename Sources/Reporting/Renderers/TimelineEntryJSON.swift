import ConnectionTracking
import PacketDecoding

/// One transition as a JSON object: the same in a flow's timeline and in the lines of a live capture.
struct TimelineEntryJSON {
  /// The spellings of the states by raw value, UNKNOWN last.
  let names: [String]

  func write(_ entry: TimelineEntry, into output: inout OutputBuffer) {
    output.append(byte: UInt8(ascii: "{"))
    writeFields(of: entry, into: &output)
    output.append(byte: UInt8(ascii: "}"))
  }

  /// The fields without the braces around them.
  func writeFields(of entry: TimelineEntry, into output: inout OutputBuffer) {
    output.append("\"time\":\"")
    output.append(entry.time)
    output.append("\",\"frame\":")
    if let frame = entry.frame { output.append(frame) } else { output.append("null") }
    output.append(entry.endpoint == .client ? ",\"endpoint\":\"client\"" : ",\"endpoint\":\"server\"")
    output.append(",\"from\":\"")
    output.append(names[entry.from.index])
    output.append("\",\"to\":\"")
    output.append(names[entry.to.index])
    output.append("\",\"cause\":\"")
    output.append(entry.cause.rawValue)
    output.append("\",\"evidence\":\"")
    output.append(entry.evidence.word)
    output.append(byte: UInt8(ascii: "\""))
    write(entry.confirmed, ",\"confirmed_time\":\"", ",\"confirmed_frame\":", into: &output)
    write(entry.refuted, ",\"refuted_time\":\"", ",\"refuted_frame\":", into: &output)
  }

  /// Only presumptions that were decided have these.
  private func write(
    _ moment: TimelineEntry.Moment?, _ timeKey: String, _ frameKey: String, into output: inout OutputBuffer
  ) {
    guard let moment else { return }
    output.append(timeKey)
    output.append(moment.time)
    output.append(byte: UInt8(ascii: "\""))
    output.append(frameKey)
    output.append(moment.frame)
  }
}

extension Evidence {
  /// The word of the output contract.
  package var word: String {
    switch self {
    case .observed: "observed"
    case .presumed: "presumed"
    case .timer: "timer"
    }
  }
}

extension EndpointRole {
  /// The word of the output contract.
  package var word: String { self == .client ? "client" : "server" }
}
