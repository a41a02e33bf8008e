import Anomalies
import PacketDecoding

/// Findings as JSON objects: the same in a flow, in the capture's line and in lines of their own.
enum FindingJSON {
  static func write(_ findings: [Finding], into output: inout OutputBuffer) {
    output.append(byte: UInt8(ascii: "["))
    for (index, finding) in findings.enumerated() {
      if index > 0 { output.append(byte: UInt8(ascii: ",")) }
      output.append(byte: UInt8(ascii: "{"))
      writeFields(of: finding, into: &output)
      output.append(byte: UInt8(ascii: "}"))
    }
    output.append(byte: UInt8(ascii: "]"))
  }

  /// The fields without the braces around them.
  static func writeFields(of finding: Finding, into output: inout OutputBuffer) {
    output.append("\"id\":")
    output.append(word: finding.id)
    output.append(",\"severity\":")
    output.append(word: finding.severity.word)
    output.append(",\"endpoint\":")
    output.append(word: finding.endpoint?.word)
    output.append(",\"time\":\"")
    output.append(finding.time)
    output.append("\",\"frame\":")
    output.append(json: finding.frame.map { Int(truncatingIfNeeded: $0) })
    write(finding.frames, into: &output)
    output.append(",\"confidence\":")
    output.append(word: finding.confidence.rawValue)
    output.append(",\"message\":")
    output.append(json: finding.message)
    output.append(",\"advice\":")
    output.append(json: finding.advice)
    output.append(",\"wireshark_filter\":")
    writeFilter(of: finding.frames, into: &output)
    for field in finding.fields { write(field, into: &output) }
  }

  /// ``Finding/wiresharkFilter``, or `null`.
  private static func writeFilter(of frames: [UInt64], into output: inout OutputBuffer) {
    if frames.isEmpty { return output.append("null") }
    output.append("\"frame.number in {")
    for (index, frame) in frames.enumerated() {
      if index > 0 { output.append(", ") }
      output.append(frame)
    }
    output.append("}\"")
  }

  private static func write(_ frames: [UInt64], into output: inout OutputBuffer) {
    output.append(",\"frames\":[")
    for (index, frame) in frames.enumerated() {
      if index > 0 { output.append(byte: UInt8(ascii: ",")) }
      output.append(frame)
    }
    output.append(byte: UInt8(ascii: "]"))
  }

  private static func write(_ field: Finding.Field, into output: inout OutputBuffer) {
    output.append(byte: UInt8(ascii: ","))
    output.append(json: field.name)
    output.append(byte: UInt8(ascii: ":"))
    switch field.value {
    case .integer(let number): output.append(number)
    case .duration(let nanoseconds): output.append(seconds: nanoseconds)
    case .text(let text): output.append(json: text)
    case .integers(let numbers):
      for (index, number) in numbers.enumerated() {
        output.append(byte: UInt8(ascii: index == 0 ? "[" : ","))
        output.append(number)
      }
      output.append(numbers.isEmpty ? "[]" : "]")
    }
  }
}
