import CPcap

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file opened and looked at before libpcap has it: the errors of files are told apart here, where `errno` still
/// knows them, and the first bytes say what libpcap's "unknown file format" would not.
struct CaptureFile: ~Copyable {
  /// The name messages use.
  let name: String
  let format: CaptureFormat
  /// The size in bytes of a regular file; nil for a pipe or a terminal.
  let size: Int64?
  private let stream: Stream

  /// Opens `path`; `-` is standard input.
  init(path: String) throws(CaptureError) {
    let name = path == "-" ? "standard input" : path
    let stream = try Stream(path: path, name)
    let size = try stream.size(name)
    let format = try CaptureFormat(magic: stream.peek(CaptureFormat.magicLength, name))
    self.name = name
    self.size = size
    self.format = format
    self.stream = stream
  }

  /// Gives the file to libpcap, which closes it from then on.
  ///
  /// Times come in nanoseconds, whatever the file has.
  consuming func open() throws(CaptureError) -> PcapHandle {
    guard isCapture else { throw notACapture("unknown file format") }
    var words = ErrorBuffer()
    let handle = unsafe words.collect { buffer in
      unsafe pcap_fopen_offline_with_tstamp_precision(stream.pointer, UInt32(PCAP_TSTAMP_PRECISION_NANO), buffer)
    }
    guard let handle = unsafe handle else { throw notACapture(words.text) }
    // A seek to where it already is: glibc then keeps count, and asking for the offset costs no system call a packet.
    if size != nil { unsafe fseeko(stream.pointer, 0, SEEK_CUR) }
    stream.release()
    return unsafe PcapHandle(handle, name: name, format: format, size: size)
  }

  private var isCapture: Bool {
    switch format {
    case .pcap, .pcapng: true
    case .compressed, .empty, .unknown: false
    }
  }

  private func notACapture(_ words: String) -> CaptureError {
    let reason =
      switch format {
      case .compressed(let compressor, let command):
        "it is compressed with \(compressor): \(command) \(fileName) | wirestat analyze -"
      case .empty: "it is empty"
      case .pcap, .pcapng, .unknown: words
      }
    return CaptureError(.notACapture, "\(name): not a pcap or pcapng capture; \(reason)")
  }

  /// What to write on a command line in this file's place.
  private var fileName: String { name == "standard input" ? "FILE" : name }
}

/// A C stream that is closed once.
@safe private struct Stream: ~Copyable {
  let pointer: UnsafeMutablePointer<FILE>

  init(path: String, _ name: String) throws(CaptureError) {
    guard let pointer = unsafe path == "-" ? fdopen(dup(STDIN_FILENO), "rb") : fopen(path, "rbe") else {
      throw .cannotOpen(name, errno)
    }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe fclose(pointer) }

  /// Leaves the stream open, to whoever has it now.
  consuming func release() { discard self }

  func size(_ name: String) throws(CaptureError) -> Int64? {
    var status = stat()
    guard unsafe fstat(fileno(pointer), &status) == 0 else { throw .cannotOpen(name, errno) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw .cannotOpen(name, EISDIR)
    case S_IFREG: return Int64(status.st_size)
    default: return nil
    }
  }

  /// The first bytes, put back after the look: the C library keeps what was just read from a stream, pipes too.
  func peek(_ count: Int, _ name: String) throws(CaptureError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, case let byte = unsafe getc(pointer), byte >= 0 {
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
    guard unsafe ferror(pointer) == 0 else {
      throw CaptureError(.io, "\(name): cannot be read: \(systemMessage(errno))")
    }
    for byte in bytes.reversed() { unsafe ungetc(Int32(byte), pointer) }
    return bytes
  }
}

extension CaptureError {
  /// Why the system did not open a file.
  static func cannotOpen(_ name: String, _ number: Int32) -> CaptureError {
    switch number {
    case ENOENT, ENOTDIR: CaptureError(.noSuchInput, "\(name): no such file")
    case EISDIR: CaptureError(.noSuchInput, "\(name): a directory; name the captures in it, as \(name)/*.pcap")
    case EACCES, EPERM: CaptureError(.noPermission, "\(name): this user has no permission to open it")
    default: CaptureError(.io, "\(name): cannot be opened: \(systemMessage(number))")
    }
  }
}

/// The C library's words for an error number.
func systemMessage(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
