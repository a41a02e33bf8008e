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
  var offset: Int64 { blockOffset + Int64(run.position) }

  /// The records of the block that were not taken yet. Whoever takes a copy to go on with gives it back by
  /// ``resume(_:)``.
  private(set) var run: RecordRun

  private let descriptor: Int32
  /// Where blocks lie: each as far behind the start of a page as it does in the file.
  ///
  /// Then what is copied and where it goes differ by whole pages. Where they differ by a few bytes more, processors
  /// take up to four times as long for a copy, for they mistake what they have just written for what they are to read.
  private let room: UnsafeMutablePointer<UInt8>
  private var blockOffset: Int64

  /// Room for the longest packet libpcap takes for sane on the link types below, and its header.
  private static let capacity = 256 * 1024 + RecordRun.headerLength
  private static let pageSize = 4096
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
    run = unsafe RecordRun(
      longest: min(Int(pcap_snapshot(handle.pointer)), Self.capacity - RecordRun.headerLength), isSwapped: isSwapped,
      hasNanoseconds: nanoseconds)
    descriptor = unsafe fileno(file)
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: Self.capacity + Self.pageSize, alignment: Self.pageSize)
    unsafe room = bytes.bindMemory(to: UInt8.self, capacity: Self.capacity + Self.pageSize)
    unsafe run.block = unsafe UnsafePointer(room)
    blockOffset = offset
  }

  deinit { unsafe room.deallocate() }

  /// Where the block at ``blockOffset`` goes.
  private var block: UnsafeMutablePointer<UInt8> { unsafe room + Int(blockOffset) % Self.pageSize }

  /// Reads one record into `packet`; false where the next one is libpcap's to read.
  mutating func next(into packet: inout CapturedPacket) -> Bool {
    run.next(into: &packet) || fill() && run.next(into: &packet)
  }

  /// Goes on after the records that were taken from a copy of ``run``.
  mutating func resume(_ run: RecordRun) { self.run = run }

  /// Moves libpcap's own reading to the record this reader stopped at.
  func handOver(to handle: borrowing PcapHandle) {
    guard let file = unsafe pcap_file(handle.pointer) else { return }
    unsafe fseeko(file, off_t(offset), SEEK_SET)
  }

  /// Reads on until the next record is whole in the block; false where that cannot be, or it is not plain.
  @inline(never)
  private mutating func fill() -> Bool {
    let rest = unsafe run.block.map { unsafe $0 + run.position }
    blockOffset += Int64(run.position)
    if let rest = unsafe rest { unsafe memmove(block, rest, run.end - run.position) }
    unsafe run.block = unsafe UnsafePointer(block)
    run.end -= run.position
    run.position = 0
    return read(RecordRun.headerLength) && run.needed.map { read($0) } ?? false
  }

  /// Reads until `count` bytes are in the block.
  private mutating func read(_ count: Int) -> Bool {
    while run.end < count {
      let got = unsafe pread(descriptor, block + run.end, Self.capacity - run.end, off_t(blockOffset) + off_t(run.end))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { return false }
      run.end += got
    }
    return true
  }
}
