import SystemPackage

/// A file that is read from front to back, or standard input.
struct InputFile {
  private let name: String
  private let descriptor: FileDescriptor

  private static let chunk = 1 << 16

  /// - Parameter path: `-` is standard input.
  init(_ path: String) throws(Failure) {
    name = path
    guard path != "-" else {
      descriptor = .standardInput
      return
    }
    do {
      descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
    } catch {
      throw Failure(Self.status(of: error), "cannot read \(path): \(error)")
    }
  }

  /// The next bytes; nil at the end.
  func next() throws(Failure) -> [UInt8]? {
    do {
      let descriptor = descriptor
      let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
        count = try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      return bytes.isEmpty ? nil : bytes
    } catch {
      throw Failure(Self.status(of: error), "cannot read \(name): \(error)")
    }
  }

  private static func status(of error: any Error) -> ExitStatus {
    switch error as? Errno {
    case .noSuchFileOrDirectory: .noInput
    case .permissionDenied: .noPermission
    default: .ioError
    }
  }
}
