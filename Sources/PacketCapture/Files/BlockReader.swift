import CPcap
import PacketDecoding

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads the plain records of an uncompressed pcap file in blocks of 256 KiB, which takes half of libpcap's time.
///
/// libpcap has read the file's header, and stays the reader of everything that is not plain: pipes, pcapng, old
/// versions, the modified format, link types whose packets libpcap puts right, a record cut short or longer than the
/// snap length, a read that fails, and the end. At the first of these ``next(into:)`` says so and libpcap reads on from
/// that record, so that there is one judge of what a damaged file means.
///
/// Blocks rather than mmap: resident memory stays flat, and a file that shrinks meanwhile cannot raise SIGBUS.
@safe struct BlockReader: ~Copyable {
  /// Where in the file the next record begins.
  var offset: Int64 { blockOffset + Int64(position) }

  private let descriptor: Int32
  private let isSwapped: Bool
  private let hasNanoseconds: Bool
  /// Captured bytes of the longest record that is plain.
  private let longest: Int
  private let block: UnsafeMutableRawPointer
  private var blockOffset: Int64
  private var position = 0
  private var end = 0

  private static let headerLength = 16
  /// Room for the longest packet libpcap takes for sane on the link types below, and its header.
  private static let capacity = 256 * 1024 + headerLength
  /// Link types whose packets libpcap delivers as they stand in the file.
  private static let plainLinkTypes: Set<LinkType> = [
    .null, .ethernet, .ppp, .rawDLT, .pppHDLC, .pppEthernet, .raw, .loop, .ipv4, .ipv6,
  ]
  /// Those of which libpcap puts CAN frames right when the file's byte order is not the host's.
  private static let cookedLinkTypes: Set<LinkType> = [.linuxCooked, .linuxCooked2]

  /// nil where libpcap is to read: see above.
  init?(_ handle: borrowing PcapHandle, _ linkType: LinkType) {
    guard case .pcap(let nanoseconds, modified: false) = handle.format, let offset = handle.offset,
      unsafe pcap_major_version(handle.pointer) == 2, unsafe pcap_minor_version(handle.pointer) == 4,
      let file = unsafe pcap_file(handle.pointer)
    else { return nil }
    let isSwapped = unsafe pcap_is_swapped(handle.pointer) != 0
    guard Self.plainLinkTypes.contains(linkType) || !isSwapped && Self.cookedLinkTypes.contains(linkType) else {
      return nil
    }
    self.isSwapped = isSwapped
    descriptor = unsafe fileno(file)
    hasNanoseconds = nanoseconds
    longest = unsafe min(Int(pcap_snapshot(handle.pointer)), Self.capacity - Self.headerLength)
    unsafe block = UnsafeMutableRawPointer.allocate(byteCount: Self.capacity, alignment: 16)
    blockOffset = offset
  }

  deinit { unsafe block.deallocate() }

  /// Reads one record into `packet`; false where the next one is libpcap's to read.
  mutating func next(into packet: inout CapturedPacket) -> Bool {
    guard has(Self.headerLength) else { return false }
    let captured = Int(field(8))
    guard captured <= longest, has(Self.headerLength + captured) else { return false }
    unsafe packet.start = unsafe UnsafePointer(
      (block + position + Self.headerLength).assumingMemoryBound(to: UInt8.self))
    packet.count = captured
    packet.info.originalLength = Int(field(12))
    packet.info.time = Timestamp(pcapSeconds: field(0), fraction: field(4), nanoseconds: hasNanoseconds)
    position += Self.headerLength + captured
    return true
  }

  /// Moves libpcap's own reading to the record this reader stopped at.
  func handOver(to handle: borrowing PcapHandle) {
    guard let file = unsafe pcap_file(handle.pointer) else { return }
    unsafe fseeko(file, off_t(offset), SEEK_SET)
  }

  /// One of the four 32-bit fields of a record's header, in the host's byte order.
  private func field(_ offset: Int) -> UInt32 {
    let value = unsafe block.loadUnaligned(fromByteOffset: position + offset, as: UInt32.self)
    return isSwapped ? value.byteSwapped : value
  }

  /// True where `count` bytes from the current position on are in the block, after filling it if need be.
  @inline(__always)
  private mutating func has(_ count: Int) -> Bool {
    end - position >= count || fill(count)
  }

  @inline(never)
  private mutating func fill(_ count: Int) -> Bool {
    unsafe memmove(block, block + position, end - position)
    blockOffset += Int64(position)
    end -= position
    position = 0
    while end < count {
      let got = unsafe pread(descriptor, block + end, Self.capacity - end, off_t(blockOffset) + off_t(end))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { return false }
      end += got
    }
    return true
  }
}
