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
      throw Failure(error as? Errno == .permissionDenied ? .noPermission : .ioError, "cannot write \(path): \(error)")
    }
  }

  /// True where `path` names one of `inputs`, under this name or another.
  static func isSame(_ path: String, asAnyOf inputs: [String]) -> Bool {
    if inputs.contains(path) { return true }
    guard let there = try? Stat(FilePath(path)), there.type == .regular else { return false }
    return inputs.contains { input in
      guard input != "-", let one = try? Stat(FilePath(input)) else { return false }
      return one.deviceID == there.deviceID && one.inode == there.inode
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
