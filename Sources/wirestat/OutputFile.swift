import Reporting
import SystemPackage

/// Where a report goes: a file, or standard output.
struct OutputFile {
  let descriptor: FileDescriptor

  /// - Parameter path: nil and `-` are standard output. A file is made anew.
  init(_ path: String?) throws(Failure) {
    guard let path, path != "-" else {
      descriptor = .standardOutput
      return
    }
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw Failure(.ioError, "cannot write \(path): \(error)")
    }
  }

  var isTerminal: Bool { Terminal.isTerminal(descriptor) }

  /// A buffer that writes here.
  func buffer() -> OutputBuffer {
    let descriptor = descriptor
    return OutputBuffer { bytes in
      try unsafe bytes.withUnsafeBytes { _ = try unsafe descriptor.writeAll($0) }
    }
  }
}
