import ConnectionTracking
import PacketDecoding

/// One transition as a JSON object: the same in a flow's timeline and in the lines of a live capture.
///
/// A report has millions of these, so what stands together in all of them is put together once.
struct TimelineEntryJSON: Sendable {
  /// The spellings of the states by raw value, UNKNOWN last.
  private let names: [String]
  /// The fields `endpoint` and `from`, up to the value of `to`, by role and state.
  private let origins: [String]

  init(names: [String]) {
    self.names = names
    origins = EndpointRole.allCases.flatMap { role in
      names.map { ",\"endpoint\":\"\(role.word)\",\"from\":\"\($0)\",\"to\":\"" }
    }
  }

  /// Writes the fields without the braces around them.
  func writeFields(of entry: TimelineEntry, into output: inout OutputBuffer) {
    output.append("\"time\":\"")
    output.append(entry.time)
    output.append("\",\"frame\":")
    if let frame = entry.frame { output.append(frame) } else { output.append("null") }
    output.append(origins[Int(entry.endpoint.rawValue) &* names.count &+ entry.from.index])
    output.append(names[entry.to.index])
    output.append("\",\"cause\":\"")
    output.append(entry.cause.rawValue)
    output.append(Self.evidence(entry.evidence))
    write(entry.confirmed, ",\"confirmed_time\":\"", "\",\"confirmed_frame\":", into: &output)
    write(entry.refuted, ",\"refuted_time\":\"", "\",\"refuted_frame\":", into: &output)
  }

  private static func evidence(_ evidence: Evidence) -> String {
    switch evidence {
    case .observed: "\",\"evidence\":\"observed\""
    case .presumed: "\",\"evidence\":\"presumed\""
    case .timer: "\",\"evidence\":\"timer\""
    }
  }

  /// Only presumptions that were decided have these.
  private func write(
    _ moment: TimelineEntry.Moment?, _ timeKey: String, _ frameKey: String, into output: inout OutputBuffer
  ) {
    guard let moment else { return }
    output.append(timeKey)
    output.append(moment.time)
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
