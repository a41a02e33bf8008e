import Foundation

/// A whole file through the command: how it is run, and what its output keeps to.
///
/// The input is a byte that chooses the options, then the file.
package struct FileTrial: Sendable {
  /// What `wirestat analyze` is asked for, beside the file.
  package let options: [String]
  package let file: [UInt8]
  private let format: Int

  private static let formats = [
    [], ["--format", "ndjson"], ["--format", "csv"], ["--timeline"], ["--listeners"], ["--format", "junit"],
    ["--format", "markdown"], ["--format", "ndjson", "--listeners"],
  ]
  private static let limits = [[], ["--max-flows", "1"], ["--max-memory", "1K"], ["--filter", "tcp"]]

  package init(_ bytes: [UInt8]) {
    let choice = Int(bytes.first ?? 0)
    format = choice & 7
    options = Self.formats[format] + Self.limits[choice >> 3 & 3]
    file = Array(bytes.dropFirst())
  }

  /// An input that holds `file`, to be reported in the form of that number.
  package static func input(_ file: [UInt8], form: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: form)] + file }

  /// What of the command's output cannot be; empty where all can.
  package func breaches(ofOutput output: [UInt8], _ schema: JSONSchema) -> [String] {
    guard let text = String(validating: output, as: UTF8.self) else { return ["output that is not UTF-8"] }
    return switch format {
    case 1: text.split(separator: "\n").contains { (try? JSONValue(parsing: $0)) == nil } ? ["not JSON: \(text)"] : []
    case 7: text.split(separator: "\n").flatMap { breaches(ofLine: $0, schema) }
    case 2: breaches(ofTable: text)
    default: []
    }
  }

  private func breaches(ofLine line: Substring, _ schema: JSONSchema) -> [String] {
    guard let value = try? JSONValue(parsing: line) else { return ["not JSON: \(line)"] }
    return schema.violations(in: value)
  }

  /// RFC 4180: every row has as many fields as the first; commas and line ends between quotes belong to a field.
  private func breaches(ofTable text: String) -> [String] {
    var widths: Set<Int> = []
    var width = 1
    var isQuoted = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted: width += 1
      case UInt8(ascii: "\n") where !isQuoted:
        widths.insert(width)
        width = 1
      default: break
      }
    }
    return widths.count > 1 || isQuoted ? ["rows of \(widths.sorted()) fields"] : []
  }
}
