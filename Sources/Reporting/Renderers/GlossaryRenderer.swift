import ConnectionTracking

/// The glossary for people, and for programs.
public enum GlossaryRenderer {
  /// All states in a line each.
  public static func writeList(names: StateNames = .bsd, into output: inout OutputBuffer) {
    let width = TCPState.allCases.map { names.name(of: $0).utf8.count }.max() ?? 0
    for entry in StateGlossary.entries {
      output.append(names.name(of: entry.state))
      output.append(byte: UInt8(ascii: " "), count: width - names.name(of: entry.state).utf8.count + 2)
      output.append(entry.meaning)
      output.append("\n")
    }
  }

  /// One state in full.
  public static func write(
    _ entry: GlossaryEntry, names: StateNames = .bsd, style: TextStyle = .plain, into output: inout OutputBuffer
  ) {
    style.write(.heading, into: &output) { $0.append(names.name(of: entry.state)) }
    output.append("\n  \(entry.meaning)\n\n")
    write("waits for", [entry.waitsFor], style, into: &output)
    write("entered by", entry.entered, style, into: &output)
    write("left by", entry.left, style, into: &output)
    write("lasts", durations(of: entry), style, into: &output)
    write("many of them", [entry.pileUp], style, into: &output)
    write("also called", spellings(of: entry.state), style, into: &output)
  }

  /// Every entry as a JSON object a line.
  public static func writeJSON(_ entry: GlossaryEntry, names: StateNames = .bsd, into output: inout OutputBuffer) {
    output.append("{\"type\":\"state\",\"schema_version\":1,\"state\":")
    output.append(json: names.name(of: entry.state))
    write("meaning", entry.meaning, into: &output)
    write("waits_for", entry.waitsFor, into: &output)
    write("entered_by", entry.entered, into: &output)
    write("left_by", entry.left, into: &output)
    write("lasts", StackProfile.all.map { ($0.name, entry.duration(on: $0)) }, into: &output)
    write("pile_up", entry.pileUp, into: &output)
    write("names", StateNames.allCases.map { ($0.rawValue, $0.name(of: entry.state)) }, into: &output)
    output.append("}\n")
  }

  /// The stacks that agree stand in one line.
  private static func durations(of entry: GlossaryEntry) -> [String] {
    let stacks = StackProfile.all.map { (name: $0.name, duration: entry.duration(on: $0)) }
    guard let first = stacks.first, stacks.contains(where: { $0.duration != first.duration }) else {
      return stacks.prefix(1).map(\.duration)
    }
    return stacks.map { "\($0.duration) on \($0.name)" }
  }

  private static func spellings(of state: TCPState) -> [String] {
    StateNames.allCases.map { "\($0.name(of: state)) (\($0.rawValue))" }
  }

  private static func write(
    _ title: String, _ lines: [String], _ style: TextStyle, into output: inout OutputBuffer
  ) {
    for (index, line) in lines.enumerated() {
      output.append("  ")
      Columns(style: style).cell(14, .left, .heading, into: &output) { if index == 0 { $0.append(title) } }
      output.append(line)
      output.append("\n")
    }
  }
}

extension GlossaryRenderer {
  private static func write(_ key: String, _ text: String, into output: inout OutputBuffer) {
    output.append(",\"\(key)\":")
    output.append(json: text)
  }

  private static func write(_ key: String, _ texts: [String], into output: inout OutputBuffer) {
    output.append(",\"\(key)\":[")
    for (index, text) in texts.enumerated() {
      if index > 0 { output.append(",") }
      output.append(json: text)
    }
    output.append("]")
  }

  private static func write(_ key: String, _ pairs: [(String, String)], into output: inout OutputBuffer) {
    output.append(",\"\(key)\":{")
    for (index, pair) in pairs.enumerated() {
      if index > 0 { output.append(",") }
      output.append(json: pair.0)
      output.append(":")
      output.append(json: pair.1)
    }
    output.append("}")
  }
}
