import ConnectionTracking
import PacketDecoding

extension FlowReport {
  /// One plain sentence for a person on call: who closed first and how, after how long idle, what went wrong, and in
  /// which state each end is left.
  public func sentence(names: StateNames = .bsd) -> String {
    var output = OutputBuffer()
    FlowSentence(names: names.all).write(self, into: &output)
    return output.text
  }
}

/// The sentence of a flow: the same in every report, written without allocation where nothing went wrong.
///
/// Up to three clauses, parted by semicolons: the close, the cause of the worst finding where it is worth a notice,
/// and the states that are left. Each is in a file of its own.
struct FlowSentence {
  /// The spellings of the states by raw value, UNKNOWN last.
  private let names: PreparedTexts

  init(names: [String]) { self.names = PreparedTexts(names) }

  func write(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    let told = CloseClause(report).write(into: &output)
    let placed = CauseClause(told: told).write(report, into: &output)
    StatesClause(names: names, told: placed).write(report.flow, into: &output)
    output.append(".")
  }
}

extension OutputBuffer {
  /// Appends an end as the subject of a sentence: `The server 10.0.0.9:8080`.
  mutating func append(subject role: EndpointRole, of flow: borrowing Flow) {
    append(role == .client ? "The client " : "The server ")
    append(role == .client ? flow.client : flow.server)
  }

  /// Appends a duration as people say it: `412 µs`, `38 ms`, `5.001 s`, `41 s`, `12 min 5 s`, `3 h 2 min`.
  package mutating func append(duration nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    switch value {
    case ..<1_000_000: append(Int(value / 1000), " µs")
    case ..<1_000_000_000: append(Int(value / 1_000_000), " ms")
    case ..<10_000_000_000 where value / 1_000_000 % 1000 != 0:
      append(seconds: value, decimals: 3)
      append(" s")
    case ..<120_000_000_000: append(Int(value / 1_000_000_000), " s")
    case ..<7_200_000_000_000:
      append(Int(value / 60_000_000_000), " min ")
      append(Int(value / 1_000_000_000 % 60), " s")
    default:
      append(Int(value / 3_600_000_000_000), " h ")
      append(Int(value / 60_000_000_000 % 60), " min")
    }
  }

  @inline(__always)
  private mutating func append(_ number: Int, _ unit: StaticString) {
    append(number)
    append(unit)
  }
}

extension EndpointRole {
  /// In the middle of a sentence.
  var noun: StaticString { self == .client ? "the client" : "the server" }
}
