import CPcap

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A `pcap_t` that is closed once, with what is known of where it came from.
@safe struct PcapHandle: ~Copyable {
  let pointer: OpaquePointer
  /// The file or interface, as messages name it.
  let name: String
  /// nil for an interface.
  let format: CaptureFormat?
  /// The size in bytes of a regular file.
  let size: Int64?
  /// How long to wait for a packet of an interface.
  private let timeoutMilliseconds: Int32

  /// A file.
  init(_ pointer: OpaquePointer, name: String, format: CaptureFormat, size: Int64?) {
    unsafe self.pointer = unsafe pointer
    self.name = name
    self.format = format
    self.size = size
    timeoutMilliseconds = 0
  }

  /// An interface.
  init(_ pointer: OpaquePointer, interface: String, timeoutMilliseconds: Int32) {
    unsafe self.pointer = unsafe pointer
    self.name = interface
    self.format = nil
    self.size = nil
    self.timeoutMilliseconds = timeoutMilliseconds
  }

  deinit { unsafe pcap_close(pointer) }

  /// libpcap's words for the last error.
  var lastError: String { unsafe String(cString: pcap_geterr(pointer)) }

  /// Waits until an interface has packets; false where none came in time or a signal did.
  ///
  /// libpcap's own read timeout is no promise: on Linux, pcap_next_ex(3) polls again and again until a packet comes.
  func waitForPackets() -> Bool {
    var descriptor = unsafe pollfd(fd: pcap_get_selectable_fd(pointer), events: Int16(POLLIN), revents: 0)
    return unsafe poll(&descriptor, 1, timeoutMilliseconds) > 0
  }

  /// Where in the file the next record begins; nil for an interface or a pipe.
  var offset: Int64? {
    guard size != nil, let file = unsafe pcap_file(pointer) else { return nil }
    let offset = unsafe ftello(file)
    return offset < 0 ? nil : Int64(offset)
  }

  /// The error of a read that failed after `frame` packets, the record of the next one beginning at `offset`.
  func readError(afterFrame frame: UInt64, offset: Int64?) -> CaptureError {
    guard format != nil, let file = unsafe pcap_file(pointer) else {
      return CaptureError(.io, "\(name): \(lastError)")
    }
    guard unsafe ferror(file) == 0 else { return CaptureError(.io, "\(name): \(lastError)") }
    let place = offset.map { " at byte \($0)" } ?? ""
    let words = lastError
    // Not damage, but pcapng as libpcap reads it; there is no other sign of it than these words.
    if words.hasPrefix("an interface has a") {
      let advice = "give it one file an interface, as tshark -Y frame.interface_id==0 -w makes them"
      return CaptureError(.damaged, "\(name): libpcap stops after frame \(frame)\(place) (\(words)); \(advice)")
    }
    let what = unsafe feof(file) == 0 ? "is damaged in" : "ends inside"
    return CaptureError(.damaged, "\(name): the capture \(what) frame \(frame + 1)\(place) (\(words))")
  }
}

/// The buffer into which libpcap's opening functions write what went wrong.
@safe struct ErrorBuffer {
  private var bytes = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))

  /// What was written, without the terminating zero.
  var text: String { String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }

  /// Calls one of libpcap's functions with the buffer.
  mutating func collect<Value>(_ body: (UnsafeMutablePointer<CChar>?) -> Value) -> Value {
    unsafe bytes.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
  }
}
