extension TCPOptions {
  private enum Kind {
    static let end: UInt8 = 0
    static let noOperation: UInt8 = 1
    static let maximumSegmentSize: UInt8 = 2
    static let windowScale: UInt8 = 3
    static let sackPermitted: UInt8 = 4
    static let sack: UInt8 = 5
    static let timestamps: UInt8 = 8
    static let multipath: UInt8 = 30
    static let fastOpen: UInt8 = 34
    static let experiment1: UInt8 = 253
    static let experiment2: UInt8 = 254
  }

  /// What marks the experimental options as fast open (RFC 7413 appendix A).
  private static let fastOpenMagic: UInt16 = 0xF989

  /// Reads the options between the fixed header and the payload.
  ///
  /// An option that comes twice counts as it came last, as stacks have it.
  ///
  /// - Parameters:
  ///   - bytes: what was captured of them.
  ///   - isTruncated: the snap length cut some off.
  @usableFromInline @inline(never)
  mutating func decode(_ bytes: Span<UInt8>, isTruncated: Bool) {
    clear()
    if isTruncated { kinds.insert(.truncated) }
    var offset = 0
    while offset < bytes.count, bytes[offset] != Kind.end {
      guard bytes[offset] != Kind.noOperation else {
        offset += 1
        continue
      }
      // A length that the snap length cut off is no fault of the sender.
      guard offset + 1 < bytes.count else {
        if !isTruncated { markMalformed(bytes[offset], offset) }
        return
      }
      let length = Int(bytes[offset + 1])
      guard length >= 2, isTruncated || offset + length <= bytes.count else {
        markMalformed(bytes[offset], offset)
        return
      }
      guard offset + length <= bytes.count else { return }
      read(bytes.extracting(offset..<offset + length), at: offset)
      offset += length
    }
  }

  /// Reads one whole option: kind, length, value.
  @inline(__always)
  private mutating func read(_ option: Span<UInt8>, at offset: Int) {
    switch (option[0], option.count) {
    case (Kind.timestamps, 10): readTimestamps(option)
    case (Kind.maximumSegmentSize, 4):
      kinds.insert(.maximumSegmentSize)
      maximumSegmentSize = option.bigEndian16(at: 2)
    case (Kind.windowScale, 3):
      kinds.insert(.windowScale)
      windowScale = option[2]
    case (Kind.sackPermitted, 2): kinds.insert(.sackPermitted)
    default: readRare(option, at: offset)
    }
  }

  @inline(never)
  private mutating func readRare(_ option: Span<UInt8>, at offset: Int) {
    switch (option[0], option.count) {
    case (Kind.sack, 10), (Kind.sack, 18), (Kind.sack, 26), (Kind.sack, 34): readBlocks(option)
    case (Kind.fastOpen, _): readCookie(length: option.count - 2)
    case (Kind.experiment1, 4...), (Kind.experiment2, 4...):
      if option.bigEndian16(at: 2) == Self.fastOpenMagic {
        readCookie(length: option.count - 4)
      } else {
        kinds.insert(.unknown)
      }
    case (Kind.multipath, 3...): kinds.insert(.multipath)
    case (Kind.timestamps, _), (Kind.maximumSegmentSize, _), (Kind.windowScale, _), (Kind.sackPermitted, _),
      (Kind.sack, _), (Kind.multipath, _):
      markMalformed(option[0], offset)
    default: kinds.insert(.unknown)
    }
  }

  @inline(__always)
  private mutating func readTimestamps(_ option: Span<UInt8>) {
    kinds.insert(.timestamps)
    timestampValue = option.bigEndian32(at: 2)
    timestampEcho = option.bigEndian32(at: 6)
  }

  private mutating func readBlocks(_ option: Span<UInt8>) {
    kinds.insert(.sack)
    sackBlocks.removeAll()
    var offset = 2
    while offset < option.count {
      let block = SACKBlock(
        left: SequenceNumber(option.bigEndian32(at: offset)), right: SequenceNumber(option.bigEndian32(at: offset + 4)))
      guard sackBlocks.append(block) else { return }
      offset += 8
    }
  }

  private mutating func readCookie(length: Int) {
    kinds.insert(.fastOpen)
    fastOpenCookieLength = UInt8(truncatingIfNeeded: length)
  }

  private mutating func markMalformed(_ kind: UInt8, _ offset: Int) {
    guard !kinds.contains(.malformed) else { return }
    kinds.insert(.malformed)
    malformedKind = kind
    malformedOffset = UInt8(truncatingIfNeeded: offset)
  }
}
