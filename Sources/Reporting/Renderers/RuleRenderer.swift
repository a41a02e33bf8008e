public import Anomalies

/// The catalogue of findings, for people and for programs.
public enum RuleRenderer {
  /// Every rule in a line, by group.
  public static func writeList(style: TextStyle = .plain, into output: inout OutputBuffer) {
    let width = AnomalyRule.all.map { $0.id.utf8.count }.max() ?? 0
    for (index, group) in RuleGroup.allCases.enumerated() {
      if index > 0 { output.append("\n") }
      style.write(.heading, into: &output) { $0.append(group.title) }
      output.append("\n")
      for rule in AnomalyRule.all where rule.group == group {
        output.append("  \(rule.id)")
        output.append(byte: UInt8(ascii: " "), count: width - rule.id.utf8.count + 2)
        output.append(rule.severity.word)
        output.append(byte: UInt8(ascii: " "), count: 9 - rule.severity.word.utf8.count)
        output.append("\(rule.title)\n")
      }
    }
  }

  /// One rule in full.
  public static func write(_ rule: AnomalyRule, style: TextStyle = .plain, into output: inout OutputBuffer) {
    style.write(.heading, into: &output) { $0.append("\(rule.id)  (\(rule.severity.word))") }
    output.append("\n  \(rule.title)\n\n")
    for line in wrapped(rule.explanation, width: 96) { output.append("  \(line)\n") }
    output.append("\n")
    write("causes", rule.causes, style, into: &output)
    write("what to do", [rule.advice], style, into: &output)
    write("run next", rule.next, style, into: &output)
    write("reference", rule.reference.isEmpty ? [] : [rule.reference], style, into: &output)
    write("also called", rule.peers.all.map { "\($0.name) (\($0.tool))" }, style, into: &output)
  }

  /// One rule as a JSON object on a line.
  public static func writeJSON(_ rule: AnomalyRule, into output: inout OutputBuffer) {
    output.append("{\"type\":\"rule\",\"schema_version\":1,\"id\":")
    output.append(json: rule.id)
    write("severity", rule.severity.word, into: &output)
    write("group", rule.group.rawValue, into: &output)
    write("title", rule.title, into: &output)
    write("explanation", rule.explanation, into: &output)
    write("causes", rule.causes, into: &output)
    write("advice", rule.advice, into: &output)
    write("next", rule.next, into: &output)
    write("reference", rule.reference, into: &output)
    output.append(",\"peer_names\":{")
    for (index, peer) in rule.peers.all.enumerated() {
      output.append(index == 0 ? "\"\(peer.tool)\":" : ",\"\(peer.tool)\":")
      output.append(json: peer.name)
    }
    output.append("}}\n")
  }
}

extension RuleRenderer {
  private static func write(_ title: String, _ lines: [String], _ style: TextStyle, into output: inout OutputBuffer) {
    for (index, line) in lines.enumerated() {
      output.append("  ")
      Columns(style: style).cell(14, .left, .heading, into: &output) { if index == 0 { $0.append(title) } }
      output.append("\(line)\n")
    }
  }

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

  /// The words of `text` in lines of `width` letters at most.
  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
