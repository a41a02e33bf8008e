import PacketCapture

extension CaptureSet {
  /// Hands the next packet to `pipeline`; false at the end of all files.
  mutating func nextPacket(into pipeline: inout AnalysisPipeline) throws(Failure) -> Bool {
    do throws(CaptureError) {
      return try next { bytes, info in pipeline.take(bytes, info) } != nil
    } catch {
      throw Failure(error)
    }
  }
}
