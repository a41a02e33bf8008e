import ConnectionTracking
import PacketCapture
import PacketDecoding
import Reporting
import Synchronization

/// The first stage of a ``FilePipeline``: packets from the files, decoded into batches.
final class FileReading: Sendable {
  /// Some packets, and what the numbers in them stand for.
  struct Batch: ~Copyable {
    var segments: SegmentBatch
    var encapsulations: EncapsulationTable
    /// There are no more packets after these.
    var isLast = false
  }

  fileprivate struct Source: ~Copyable {
    var captures: CaptureSet
    var ingest: Ingest
  }

  private let source: Mutex<Source>

  /// Opens the files.
  init(_ files: [String], filter: String?, verifiesChecksums: Bool) throws(CaptureError) {
    let captures = try CaptureSet(files: files, filter: filter)
    let ingest = Ingest(inputs: files, linkTypes: captures.linkTypes, verifiesChecksums: verifiesChecksums)
    source = Mutex(Source(captures: captures, ingest: ingest))
  }

  /// A batch to read into.
  ///
  /// - Parameter capacity: how many segments it holds.
  func makeBatch(capacity: Int) -> sending Batch {
    Batch(segments: SegmentBatch(capacity: capacity), encapsulations: source.withLock { $0.ingest.encapsulations })
  }

  /// Reads until `batch` is full or the files are at their end.
  ///
  /// - Parameter progress: is told how many packets came, and how far the files are read.
  func read(into batch: inout Batch, _ progress: FilePipeline.Progress) {
    source.withLock { $0.fill(&batch, progress) }
  }

  /// What was read so far.
  var outcome: FilePipeline.Outcome {
    source.withLock { source in
      let failures = source.captures.failures
      return FilePipeline.Outcome(
        capture: source.ingest.finish(warnings: failures.map(\.message)), capturedBytes: source.ingest.capturedBytes,
        failures: failures)
    }
  }
}

extension FileReading.Source {
  fileprivate mutating func fill(_ batch: inout FileReading.Batch, _ progress: FilePipeline.Progress) {
    if batch.isLast { return }
    let before = ingest.packets
    let goesOn = captures.read { bytes, info in
      ingest.take(bytes, info, into: &batch.segments)
      return !batch.segments.isFull
    }
    batch.segments.look()
    batch.isLast = !goesOn || Interruption.isRequested
    progress(ingest.packets - before) { captures.progress }
    ingest.update(&batch.encapsulations)
  }
}
