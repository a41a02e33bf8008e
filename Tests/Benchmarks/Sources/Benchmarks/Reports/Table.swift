import Foundation

/// A table of Markdown; every column but the first has numbers.
struct Table {
  private var rows: [[String]]

  init(_ head: [String]) { rows = [head, head.indices.map { $0 == 0 ? "---" : "---:" }] }

  var markdown: String {
    rows.count < 3 ? "" : rows.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  mutating func add(_ name: String, _ value: Double, atMost bar: Double) {
    add([name, Self.number(value, decimals: value < 100 ? 1 : 0), Self.number(bar), value <= bar ? "yes" : "no"])
  }

  mutating func add(_ name: String, _ value: Double, atLeast bar: Double) {
    add([name, Self.number(value, decimals: 2), Self.number(bar, decimals: 1), value >= bar ? "yes" : "no"])
  }

  /// A dash where there is no number.
  static func number(_ value: Double, decimals: Int = 0) -> String {
    value.isFinite ? String(format: "%.\(decimals)f", value) : "—"
  }
}
