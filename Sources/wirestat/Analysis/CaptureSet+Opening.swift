import PacketCapture

/// Captures as the commands use them: errors in the tool's own words.
extension CaptureSet {
  static func open(_ files: [String], _ options: TrackingOptions) throws(Failure) -> sending CaptureSet {
    do throws(CaptureError) {
      return try CaptureSet(files: files, filter: options.filter)
    } catch {
      throw Failure(error)
    }
  }
}

extension [CaptureError] {
  /// Tells what could not be read, after what could was reported: a warning each, the status of the last.
  func report() throws(Failure) {
    for failure in dropLast() { Terminal.warn(failure.message) }
    if let last { throw Failure(last.problem.exitStatus, "warning: \(last.message)") }
  }
}
