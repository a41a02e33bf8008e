import Glibc

/// Why a recording could not be made.
struct LaboratoryError: Error, CustomStringConvertible {
  let description: String
  /// A value of `sysexits.h`, for the process.
  var status: Int32 = EX_SOFTWARE

  init(_ description: String, status: Int32 = EX_SOFTWARE) {
    self.description = description
    self.status = status
  }

  static let needsRoot = LaboratoryError(
    "network namespaces need root: sudo laboratory ...", status: EX_NOPERM)

  /// The failure of a system call, with what the kernel says of it.
  static func systemCall(_ name: String) -> LaboratoryError {
    let number = errno
    let reason = unsafe String(cString: strerror(number))
    return LaboratoryError("\(name): \(reason)", status: number == EPERM || number == EACCES ? EX_NOPERM : EX_OSERR)
  }
}

/// Passes a system call's result on, or throws what the kernel says.
@discardableResult
func check(_ result: Int32, _ name: @autoclosure () -> String) throws -> Int32 {
  guard result >= 0 else { throw LaboratoryError.systemCall(name()) }
  return result
}
