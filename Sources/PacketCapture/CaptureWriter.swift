import CPcap
public import PacketDecoding

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes packets to a pcap file as they were captured, with their times in nanoseconds.
///
/// ```swift
/// var writer = try CaptureWriter(file: "kept.pcap", like: source)
/// _ = try source.next { bytes, info throws(CaptureError) in try writer.write(bytes, info) }
/// try writer.close()
/// ```
@safe public struct CaptureWriter: ~Copyable {
  private let name: String
  /// Packets carry no link type of their own in a pcap file; libpcap wants a handle that knows it.
  private let header: OpaquePointer
  private let dump: OpaquePointer

  /// Creates the file, or empties it.
  ///
  /// - Parameters:
  ///   - file: a path, or `-` for standard output.
  ///   - source: whose link type and snap length the file's header repeats.
  public init(file: String, like source: borrowing CaptureSource) throws(CaptureError) {
    let name = file == "-" ? "standard output" : file
    let snapLength = unsafe pcap_snapshot(source.handle.pointer)
    guard
      let header = unsafe pcap_open_dead_with_tstamp_precision(
        source.linkType.rawValue, snapLength, UInt32(PCAP_TSTAMP_PRECISION_NANO))
    else { throw CaptureError(.io, "\(name): cannot be written: out of memory") }
    errno = 0
    guard let dump = unsafe pcap_dump_open(header, file) else {
      let words = unsafe errno == 0 ? String(cString: pcap_geterr(header)) : systemMessage(errno)
      let error = CaptureError.cannotWrite(name, errno, words)
      unsafe pcap_close(header)
      throw error
    }
    self.name = name
    unsafe self.header = unsafe header
    unsafe self.dump = unsafe dump
  }

  deinit {
    unsafe pcap_dump_close(dump)
    unsafe pcap_close(header)
  }

  /// Appends one packet.
  public mutating func write(_ bytes: Span<UInt8>, _ info: PacketInfo) throws(CaptureError) {
    var record = pcap_pkthdr()
    record.ts = timeval(info.time)
    record.caplen = UInt32(truncatingIfNeeded: bytes.count)
    record.len = UInt32(truncatingIfNeeded: info.originalLength)
    unsafe bytes.withUnsafeBufferPointer { packet in
      unsafe pcap_dump(UnsafeMutableRawPointer(dump).assumingMemoryBound(to: UInt8.self), &record, packet.baseAddress)
    }
    // pcap_dump(3) says nothing of a full disk; the stream under it does.
    guard unsafe ferror(pcap_dump_file(dump)) == 0 else { throw .cannotWrite(name, errno, systemMessage(errno)) }
  }

  /// Hands everything written so far to the system.
  public mutating func flush() throws(CaptureError) {
    guard unsafe pcap_dump_flush(dump) == 0 else { throw .cannotWrite(name, errno, systemMessage(errno)) }
  }

  /// Writes what is still held and closes the file.
  public consuming func close() throws(CaptureError) { try flush() }
}

extension timeval {
  /// The moment as libpcap has it in nanosecond precision; before 1970 the nanoseconds still count forward.
  init(_ time: Timestamp) {
    let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let borrow: Int64 = rest < 0 ? 1 : 0
    self.init(tv_sec: Int(seconds - borrow), tv_usec: suseconds_t(rest + borrow * 1_000_000_000))
  }
}

extension CaptureError {
  static func cannotWrite(_ name: String, _ number: Int32, _ words: String) -> CaptureError {
    let problem: Problem = number == EACCES || number == EPERM ? .noPermission : .io
    return CaptureError(problem, "\(name): cannot be written: \(words)")
  }
}
