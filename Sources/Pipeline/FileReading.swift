import ConnectionTracking
import PacketCapture
import PacketDecoding
import Reporting
import Synchronization

/// The first stage of a ``FilePipeline``: packets from the files, decoded into batches and put in the order of their times.
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
    /// What was read behind the batch that is given next: packets whose times are out of order may belong into that one.
    var ahead = SegmentBatch(capacity: 1)
    var hasBegun = false
    /// There is nothing to be read any more.
    var isAtEnd = false
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
    let packets = ingest.packets
    let steps = ingest.stepsBack
    let isFirst = !hasBegun
    if isFirst {
      ahead = SegmentBatch(capacity: batch.segments.capacity)
      hasBegun = true
      isAtEnd = !Self.read(&captures, &ingest, into: &batch.segments)
    } else {
      swap(&batch.segments, &ahead)
    }
    if !isAtEnd { isAtEnd = !Self.read(&captures, &ingest, into: &ahead) }
    if ingest.stepsBack != steps || !batch.segments.precedes(ahead) {
      ingest.misplaced += batch.segments.putInOrder(with: &ahead, isOrdered: !isFirst)
    }
    batch.segments.look()
    ahead.look()
    batch.isLast = isAtEnd && ahead.isEmpty
    progress(ingest.packets - packets) { captures.progress }
    ingest.update(&batch.encapsulations)
  }

  /// Reads until `segments` is full.
  ///
  /// - Returns: false where the files are at their end, or the user wants no more of them.
  private static func read(
    _ captures: inout CaptureSet, _ ingest: inout Ingest, into segments: inout SegmentBatch
  ) -> Bool {
    let goesOn = captures.read { bytes, info in
      ingest.take(bytes, info, into: &segments)
      return !segments.isFull
    }
    return goesOn && !Interruption.isRequested
  }
}
