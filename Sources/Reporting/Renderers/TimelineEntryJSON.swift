import ConnectionTracking
import PacketDecoding

/// One transition as a JSON object: the same in a flow's timeline and in the lines of a live capture.
///
/// A report has millions of these, so what stands together between two numbers is put together once, for every pair of
/// states, cause and evidence that comes up.
struct TimelineEntryJSON: Sendable {
  /// The spellings of the states by raw value, UNKNOWN last.
  private let names: [String]
  /// From the field `endpoint` to the end of `evidence`, by role, states, cause and evidence; empty until it is needed.
  private var middles: [[UInt8]]
  private static let causes = TransitionCause.allCases.count
  private static let kindsOfEvidence = Evidence.allCases.count

  init(names: [String]) {
    self.names = names
    let kinds = Self.causes * Self.kindsOfEvidence
    middles = Array(repeating: [], count: EndpointRole.allCases.count * names.count * names.count * kinds)
  }

  /// Writes the fields without the braces around them.
  mutating func writeFields(of entry: TimelineEntry, into output: inout OutputBuffer) {
    output.append("\"time\":\"")
    output.append(entry.time)
    output.append("\",\"frame\":")
    if let frame = entry.frame { output.append(frame) } else { output.append("null") }
    output.append(bytes: middle(of: entry))
    write(entry.confirmed, ",\"confirmed_time\":\"", "\",\"confirmed_frame\":", into: &output)
    write(entry.refuted, ",\"refuted_time\":\"", "\",\"refuted_frame\":", into: &output)
  }

  private mutating func middle(of entry: TimelineEntry) -> [UInt8] {
    var index = Int(entry.endpoint.rawValue) &* names.count &+ entry.from.index
    index = index &* names.count &+ entry.to.index
    index = index &* Self.causes &+ entry.cause.index
    index = index &* Self.kindsOfEvidence &+ Int(entry.evidence.rawValue)
    if middles[index].isEmpty { middles[index] = text(between: entry) }
    return middles[index]
  }

  private func text(between entry: TimelineEntry) -> [UInt8] {
    let states = "\"from\":\"\(names[entry.from.index])\",\"to\":\"\(names[entry.to.index])\""
    let reason = "\"cause\":\"\(entry.cause.rawValue)\",\"evidence\":\"\(entry.evidence.word)\""
    return Array(",\"endpoint\":\"\(entry.endpoint.word)\",\(states),\(reason)".utf8)
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

extension TransitionCause {
  /// Its place among all cases: the only number that an enumeration of words has.
  fileprivate var index: Int {
    switch self {
    case .sendsSYN: 0
    case .receivesSYN: 1
    case .sendsSYNACK: 2
    case .receivesSYNACK: 3
    case .synAcknowledged: 4
    case .sendsFIN: 5
    case .receivesFIN: 6
    case .receivesFINACK: 7
    case .finAcknowledged: 8
    case .sendsRST: 9
    case .receivesRST: 10
    case .receivesICMPError: 11
    case .timeWaitExpired: 12
    case .finWait2Expired: 13
    case .midstream: 14
    case .unseenBytes: 15
    case .replaced: 16
    case .presumptionRefuted: 17
    }
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
