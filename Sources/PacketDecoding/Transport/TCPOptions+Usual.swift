// Options as they nearly always come, each at its usual place: what a few comparisons find out, where the walk through
// the options takes a step for each. Stacks too look for the first of these before they walk (RFC 7323 appendix A).

extension TCPOptions {
  /// Two bytes of padding, the timestamps option, its length: how segments of a connection have it.
  @inlinable static var paddedTimestamps: UInt32 { 0x0101_080A }
  /// The kind of the maximum segment size and its length, before the value.
  private static let maximumSegmentSizeHead: UInt16 = 0x0204
  /// SACK permitted, and the head of the timestamps option.
  private static let sackPermittedAndTimestamps: UInt32 = 0x0402_080A
  /// A byte of padding, and the head of the window scale.
  private static let paddedWindowScale: UInt32 = 0x01_0303

  /// Reads options that are whole and come as they mostly do.
  ///
  /// - Returns: false where they come otherwise; what was here is then as it was.
  @inlinable @inline(__always)
  mutating func readUsual(_ bytes: Span<UInt8>) -> Bool {
    switch bytes.count {
    case 12: readPaddedTimestamps(bytes.extracting(0..<12))
    case 20: readOpening(bytes.extracting(0..<20))
    default: false
    }
  }

  /// The padded timestamps and nothing else.
  @inlinable @inline(__always)
  mutating func readPaddedTimestamps(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.bigEndian32(at: 0) == Self.paddedTimestamps else { return false }
    clear()
    kinds = .timestamps
    timestampValue = bytes.bigEndian32(at: 4)
    timestampEcho = bytes.bigEndian32(at: 8)
    return true
  }

  /// What Linux opens a connection with: a size, SACK permitted, timestamps, a window scale.
  @usableFromInline
  mutating func readOpening(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.bigEndian16(at: 0) == Self.maximumSegmentSizeHead,
      bytes.bigEndian32(at: 4) == Self.sackPermittedAndTimestamps,
      bytes.bigEndian32(at: 16) >> 8 == Self.paddedWindowScale
    else { return false }
    clear()
    kinds = [.maximumSegmentSize, .sackPermitted, .timestamps, .windowScale]
    maximumSegmentSize = bytes.bigEndian16(at: 2)
    timestampValue = bytes.bigEndian32(at: 8)
    timestampEcho = bytes.bigEndian32(at: 12)
    windowScale = bytes[19]
    return true
  }

  /// As a new value, field by field: assigning one copies all of the blocks.
  @inlinable @inline(__always)
  mutating func clear() {
    kinds = []
    maximumSegmentSize = 0
    windowScale = 0
    timestampValue = 0
    timestampEcho = 0
    sackBlocks.removeAll()
    fastOpenCookieLength = 0
    malformedKind = 0
    malformedOffset = 0
  }
}
