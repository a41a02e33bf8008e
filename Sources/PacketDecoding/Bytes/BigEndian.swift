/// Reads of multi-byte fields: the one place where byte order is spelt out.
///
/// Each traps beyond the end as a subscript does, so a layer checks its length once (``Descent/require(_:of:in:)``),
/// extracts its header and then reads at fixed offsets, where the optimiser folds the checks away.
extension Span where Element == UInt8 {
  /// The 16 bits at `offset`, most significant byte first.
  @inlinable @inline(__always)
  package func bigEndian16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
  }

  /// The 32 bits at `offset`, most significant byte first.
  @inlinable @inline(__always)
  package func bigEndian32(at offset: Int) -> UInt32 {
    UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16
      | UInt32(self[offset + 2]) << 8 | UInt32(self[offset + 3])
  }

  /// The 64 bits at `offset`, most significant byte first.
  @inlinable @inline(__always)
  package func bigEndian64(at offset: Int) -> UInt64 {
    UInt64(bigEndian32(at: offset)) << 32 | UInt64(bigEndian32(at: offset + 4))
  }
}
