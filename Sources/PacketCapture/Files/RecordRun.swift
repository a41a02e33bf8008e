public import PacketDecoding

/// The plain records of a pcap file that lie in one block of memory: each is taken with a few loads and no call.
///
/// It ends before the first record that is not whole in the block, or not plain; ``BlockReader`` knows which.
@safe @usableFromInline struct RecordRun {
  @usableFromInline var block: UnsafePointer<UInt8>?
  /// Where in the block the next record begins.
  @usableFromInline var position = 0
  /// Where the bytes of the block end.
  @usableFromInline var end = 0
  /// Captured bytes of the longest record that is plain.
  @usableFromInline let longest: Int
  @usableFromInline let isSwapped: Bool
  /// Nanoseconds in one unit of a time's fraction.
  @usableFromInline let fractionUnit: Int64

  @usableFromInline static var headerLength: Int { 16 }

  /// Without any record.
  init() { self.init(longest: 0, isSwapped: false, hasNanoseconds: false) }

  init(longest: Int, isSwapped: Bool, hasNanoseconds: Bool) {
    self.longest = longest
    self.isSwapped = isSwapped
    fractionUnit = hasNanoseconds ? 1 : 1000
  }

  /// How many bytes the next record takes; nil where its header is not in the block, or not that of a plain one.
  var needed: Int? {
    guard end - position >= Self.headerLength else { return nil }
    let captured = Int(field(8))
    return captured <= longest ? Self.headerLength + captured : nil
  }

  /// Takes the next record as the next frame; false at the end of the run.
  @inlinable @inline(__always)
  mutating func next(into packet: inout CapturedPacket) -> Bool {
    // None of this overflows: the block is small, and ``longest`` is smaller.
    let available = end &- position &- Self.headerLength
    guard available >= 0, let block = unsafe block else { return false }
    let captured = Int(field(8))
    guard captured <= longest, captured <= available else { return false }
    unsafe packet.start = unsafe block + (position &+ Self.headerLength)
    packet.count = captured
    packet.info.originalLength = Int(field(12))
    // At most 2³² seconds and as many microseconds: that is no more than 63 bits of nanoseconds.
    packet.info.time = Timestamp(nanoseconds: Int64(field(0)) &* 1_000_000_000 &+ Int64(field(4)) &* fractionUnit)
    packet.info.frame &+= 1
    position &+= Self.headerLength &+ captured
    return true
  }

  /// One of the four 32-bit fields of the next record's header, in the host's byte order.
  @inlinable @inline(__always)
  func field(_ offset: Int) -> UInt32 {
    guard let block = unsafe block else { return 0 }
    let value = unsafe UnsafeRawPointer(block).loadUnaligned(fromByteOffset: position &+ offset, as: UInt32.self)
    return isSwapped ? value.byteSwapped : value
  }
}
