import PacketCapture

/// Captures as the commands use them: errors in the tool's own words, packets straight into the pipeline.
extension CaptureSet {
  static func open(_ files: [String], _ options: TrackingOptions) throws(Failure) -> CaptureSet {
    do throws(CaptureError) {
      return try CaptureSet(files: files, filter: options.filter)
    } catch {
      throw Failure(error)
    }
  }

  /// Hands the next packet to `pipeline`; false at the end of all files.
  mutating func nextPacket(into pipeline: inout AnalysisPipeline) throws(Failure) -> Bool {
    do throws(CaptureError) {
      return try next { bytes, info in pipeline.take(bytes, info) } != nil
    } catch {
      throw Failure(error)
    }
  }

  /// Tells what could not be read, after what could was reported: a warning each, the status of the last.
  func reportFailures() throws(Failure) {
    for failure in failures.dropLast() { Terminal.warn(failure.message) }
    if let last = failures.last { throw Failure(last.problem.exitStatus, "warning: \(last.message)") }
  }
}
