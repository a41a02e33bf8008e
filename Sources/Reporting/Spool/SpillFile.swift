#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A temporary file without a name, for this process and user alone; it is gone when the last reference is.
final class SpillFile {
  /// Where the next bytes go.
  private(set) var count = 0
  private let descriptor: Int32

  /// - Parameter descriptor: open for reading and writing; closed in the end.
  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Makes a file in the folder that `TMPDIR` names, or in `/tmp`, with the mode 0600, and takes its name away.
  convenience init() throws(SystemError) {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
    var path = Array("\(folder.isEmpty ? "/tmp" : folder)/wirestat-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&path)
    guard descriptor >= 0 else { throw SystemError.latest }
    unsafe unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    self.init(descriptor: descriptor)
  }

  deinit { close(descriptor) }

  /// Writes `bytes` behind all others.
  func append(_ bytes: Span<UInt8>) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let rest = bytes.extracting(written..<bytes.count)
      let step = unsafe rest.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(count)) }
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw SystemError.latest }
      written += step
      count += step
    }
  }

  /// Forgets what lies behind `count`, as after a write that failed half-way.
  func truncate(to count: Int) { self.count = count }

  /// Reads the bytes of `range` and adds them to `bytes`.
  func read(_ range: Range<Int>, into bytes: inout [UInt8]) throws(SystemError) {
    var place = bytes.count
    let end = place + range.count
    let start = range.lowerBound - place
    bytes.append(contentsOf: repeatElement(0, count: range.count))
    while place < end {
      let step = unsafe bytes.withUnsafeMutableBytes { room in
        unsafe pread(descriptor, room.baseAddress.map { unsafe $0 + place }, end - place, off_t(start + place))
      }
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw step == 0 ? SystemError.damaged : SystemError.latest }
      place += step
    }
  }
}

/// What the system says of a call that failed (errno(3)).
struct SystemError: Error, Equatable, CustomStringConvertible {
  let code: Int32

  /// That of the call before.
  static var latest: SystemError { SystemError(code: errno) }
  /// A file that is shorter than what was written to it.
  static var damaged: SystemError { SystemError(code: EIO) }

  /// In the system's words, as in `No space left on device`.
  var description: String { unsafe String(cString: strerror(code)) }
}
