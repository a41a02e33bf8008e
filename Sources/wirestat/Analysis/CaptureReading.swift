import ConnectionTracking
import PacketCapture
import PacketDecoding
import Reporting
import Synchronization

/// The first stage of an ``Analysis``: packets from the files, decoded into batches.
final class CaptureReading: Sendable {
  /// Some packets, and what the numbers in them stand for.
  struct Batch: ~Copyable {
    var segments: SegmentBatch
    var encapsulations: EncapsulationTable
    /// There are no more packets after these.
    var isLast = false
  }

  /// What was read, once all was.
  struct Outcome: Sendable {
    var capture: CaptureSummary
    var capturedBytes: Int
    var failures: [CaptureError]
  }

  fileprivate struct Source: ~Copyable {
    var captures: CaptureSet
    var intake: PacketIntake
  }

  private let source: Mutex<Source>

  /// Opens the files.
  init(_ files: [String], _ options: TrackingOptions) throws(Failure) {
    let captures = try CaptureSet.open(files, options)
    let intake = PacketIntake(
      inputs: files, linkTypes: captures.linkTypes, verifiesChecksums: options.verifyChecksums)
    source = Mutex(Source(captures: captures, intake: intake))
  }

  /// A batch to read into.
  ///
  /// - Parameter capacity: how many segments it holds.
  func makeBatch(capacity: Int) -> sending Batch {
    Batch(segments: SegmentBatch(capacity: capacity), encapsulations: source.withLock { $0.intake.encapsulations })
  }

  /// Reads until `batch` is full or the files are at their end.
  func read(into batch: inout Batch, _ progress: inout ProgressBar) {
    source.withLock { $0.fill(&batch, &progress) }
  }

  /// What was read so far.
  var outcome: Outcome {
    source.withLock { source in
      let failures = source.captures.failures
      return Outcome(
        capture: source.intake.finish(warnings: failures.map(\.message)), capturedBytes: source.intake.capturedBytes,
        failures: failures)
    }
  }
}

extension CaptureReading.Source {
  fileprivate mutating func fill(_ batch: inout CaptureReading.Batch, _ progress: inout ProgressBar) {
    if batch.isLast { return }
    let before = intake.packets
    let goesOn = captures.read { bytes, info in
      intake.take(bytes, info, into: &batch.segments)
      return !batch.segments.isFull
    }
    batch.segments.look()
    batch.isLast = !goesOn || Interruption.isRequested
    progress.advance(by: intake.packets - before) { captures.progress }
    intake.update(&batch.encapsulations)
  }
}
