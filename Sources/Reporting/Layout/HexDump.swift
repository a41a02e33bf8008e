/// Bytes for people: the offset in the stream, sixteen bytes in hexadecimal, and as ASCII.
package struct HexDump {
  private let mark: String
  private var offset = 0

  /// - Parameter mark: stands before every line, to tell the directions apart.
  package init(mark: String) { self.mark = mark }

  /// Leaves out `length` bytes that are missing.
  package mutating func skip(_ length: Int) { offset += length }

  package mutating func write(_ bytes: [UInt8], into output: inout OutputBuffer) {
    for start in stride(from: 0, to: bytes.count, by: 16) {
      let line = bytes[start..<min(start + 16, bytes.count)]
      write(line: line, into: &output)
      offset += line.count
    }
  }

  private func write(line: ArraySlice<UInt8>, into output: inout OutputBuffer) {
    output.append(mark)
    output.append(" ")
    for shift in stride(from: 28, through: 0, by: -4) {
      output.appendHexadecimal(digit: UInt8(truncatingIfNeeded: offset >> shift) & 0xf)
    }
    for (column, byte) in line.enumerated() {
      output.append(column % 8 == 0 ? "  " : " ")
      output.appendHexadecimal(digit: byte >> 4)
      output.appendHexadecimal(digit: byte & 0xf)
    }
    output.append(byte: UInt8(ascii: " "), count: (16 - line.count) * 3 + (line.count <= 8 ? 1 : 0) + 2)
    for byte in line { output.append(byte: (0x20..<0x7f).contains(byte) ? byte : UInt8(ascii: ".")) }
    output.append("\n")
  }
}
