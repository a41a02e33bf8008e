import PacketCapture

extension [CaptureError] {
  /// Tells what could not be read, after what could was reported: a warning each, the status of the last.
  func report() throws(Failure) {
    for failure in dropLast() { Terminal.warn(failure.message) }
    if let last { throw Failure(last.problem.exitStatus, "warning: \(last.message)") }
  }
}
