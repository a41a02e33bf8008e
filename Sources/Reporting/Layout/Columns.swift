/// Cells of one line, padded to the widths of their columns.
///
/// Widths count bytes: everything that stands in a cell is ASCII, and colours come around the padding.
struct Columns: Sendable {
  enum Alignment: Sendable { case left, right }

  let style: TextStyle

  /// Writes what `body` writes, padded to `width`; `isLast` leaves out the spaces at a line's end.
  func cell(
    _ width: Int, _ alignment: Alignment = .left, _ role: TextStyle.Role = .plain, isLast: Bool = false,
    into output: inout OutputBuffer, _ body: (inout OutputBuffer) -> Void
  ) {
    var text = OutputBuffer()
    body(&text)
    text.withBytes { cell(width, alignment, role, isLast: isLast, $0, into: &output) }
  }

  /// Writes `text`, padded in the same way.
  func cell(
    _ width: Int, _ alignment: Alignment, _ role: TextStyle.Role, isLast: Bool, _ text: Span<UInt8>,
    into output: inout OutputBuffer
  ) {
    let padding = width - text.count
    if alignment == .right { output.append(byte: UInt8(ascii: " "), count: padding) }
    if text.count > 0 { style.write(role, into: &output) { $0.append(text) } }
    if alignment == .left && !isLast { output.append(byte: UInt8(ascii: " "), count: padding) }
    if !isLast { output.append("  ") }
  }
}
