/// A table of few rows, its columns as wide as what stands in them.
struct TextTable {
  private let headings: [String]
  private let alignments: [Columns.Alignment]
  private var rows: [[String]] = []

  init(_ columns: [(heading: String, alignment: Columns.Alignment)]) {
    headings = columns.map(\.heading)
    alignments = columns.map(\.alignment)
  }

  /// Adds a row with a text for every column.
  mutating func add(_ row: [String]) { rows.append(row) }

  func write(style: TextStyle, into output: inout OutputBuffer) {
    let widths = headings.indices.map { column in
      ([headings] + rows).map { $0[column].utf8.count }.max() ?? 0
    }
    write(headings, .heading, widths, style, into: &output)
    for row in rows { write(row, .plain, widths, style, into: &output) }
  }

  private func write(
    _ row: [String], _ role: TextStyle.Role, _ widths: [Int], _ style: TextStyle, into output: inout OutputBuffer
  ) {
    for (column, text) in row.enumerated() {
      Columns(style: style).cell(
        widths[column], alignments[column], role, isLast: column == row.count - 1, into: &output
      ) { $0.append(text) }
    }
    output.append("\n")
  }
}
