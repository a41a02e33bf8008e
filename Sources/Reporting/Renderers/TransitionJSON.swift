import ConnectionTracking
import PacketDecoding

/// One transition as a JSON object: the same in a flow's timeline and in the lines of a live capture.
///
/// A report has millions of these, so what stands together between two numbers is put together once, for every pair of
/// states, cause and evidence that comes up.
struct TransitionJSON: Sendable {
  /// The spellings of the states by raw value, UNKNOWN last.
  private let names: [String]
  /// Where ``middles`` has the text, by role, states, cause and evidence; `none` until it is needed.
  private var places: [UInt16]
  /// From the field `endpoint` to the end of `evidence`.
  private var middles = PreparedTexts()
  private static var none: UInt16 { .max }
  private let causes = TransitionCause.allCases.count
  private let kindsOfEvidence = Evidence.allCases.count

  init(names: [String]) {
    self.names = names
    places = Array(
      repeating: Self.none,
      count: EndpointRole.allCases.count * TCPState?.places * TCPState?.places * causes * kindsOfEvidence)
  }

  /// Writes the fields without the braces around them.
  mutating func writeFields(of entry: Transition, into output: inout OutputBuffer) {
    output.append("\"time\":\"")
    output.append(entry.time)
    output.append("\",\"frame\":")
    if let frame = entry.frame { output.append(frame) } else { output.append("null") }
    output.append(middle(of: entry), of: middles)
    if let proof = entry.confirmed {
      output.append(",\"confirmed_time\":\"")
      output.append(proof.time)
      output.append("\",\"confirmed_frame\":")
      output.append(proof.frame)
    } else if let refutation = entry.refuted {
      output.append(",\"refuted_time\":\"")
      output.append(refutation.time)
      output.append("\",\"refuted_frame\":")
      output.append(refutation.frame)
    }
  }

  private mutating func middle(of entry: Transition) -> Int {
    var index = Int(entry.endpoint.rawValue) &* TCPState?.places &+ entry.fromPlace
    index = index &* TCPState?.places &+ entry.toPlace
    index = index &* causes &+ Int(entry.cause.code)
    index = index &* kindsOfEvidence &+ Int(entry.evidence.rawValue)
    if places[index] == Self.none {
      places[index] = UInt16(truncatingIfNeeded: middles.count)
      middles.add(text(between: entry))
    }
    return Int(places[index])
  }

  private func text(between entry: Transition) -> String {
    let states = "\"from\":\"\(names[entry.fromPlace])\",\"to\":\"\(names[entry.toPlace])\""
    let reason = "\"cause\":\"\(entry.cause.rawValue)\",\"evidence\":\"\(entry.evidence.word)\""
    return ",\"endpoint\":\"\(entry.endpoint.word)\",\(states),\(reason)"
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
