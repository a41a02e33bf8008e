public import ConnectionTracking
import Dispatch
public import PacketCapture
public import PacketDecoding
public import Reporting

/// Whole captures in three stages: packets are read and decoded, flows are followed, what came of it is reported.
///
/// The stages take turns on one thread, or go on at the same time on threads of their own. Each takes things in their
/// order, so the report is the same, byte for byte.
public struct FilePipeline: Sendable {
  /// What is read of the files.
  public struct Options: Sendable {
    /// Only packets that match, in the language of pcap-filter(7).
    public var filter: String?
    /// Compute the checksums of segments captured in full, and mark those that are wrong.
    public var verifiesChecksums = false

    public init() {}
  }

  /// What was read, once all was.
  public struct Outcome: Sendable {
    public var capture: CaptureSummary
    /// Of all packets.
    public var capturedBytes: Int
    /// What could not be read.
    public var failures: [CaptureError]
  }

  /// Is told how many packets came since it was told last, and may ask how many bytes of how many were read, where that
  /// is known; on the thread that reads.
  public typealias Progress = @Sendable (_ packets: Int, _ bytes: () -> (read: Int64, total: Int64)?) -> Void

  private let reading: FileReading

  /// Opens the files, which are read as one stream in time order.
  ///
  /// - Parameter files: their names; `-` is standard input.
  public init(_ files: [String], _ options: Options = Options()) throws(CaptureError) {
    reading = try FileReading(files, filter: options.filter, verifiesChecksums: options.verifiesChecksums)
  }

  /// What was read so far.
  public var outcome: Outcome { reading.outcome }

  /// What the tracker said, and what the numbers in it stand for.
  private struct Output {
    var events: [TrackerEvent] = []
    var encapsulations: EncapsulationTable
  }

  /// Batches and outputs that may wait between two stages.
  private static let depth = 6
  /// Segments of a batch, and flows of an output: enough that the threads rarely wake each other.
  private static let size = 512

  /// Runs to the end of the input.
  ///
  /// - Parameters:
  ///   - jobs: how many things may go on at the same time.
  ///   - progress: see ``Progress``.
  ///   - report: is given what the tracker said, on the calling thread. Where it throws, stages on other threads stay
  ///     behind: the process is about to end.
  public func run(
    _ configuration: TrackerConfiguration, on jobs: Int = 1, _ progress: @escaping Progress = { _, _ in },
    report: ([TrackerEvent], EncapsulationTable) throws -> Void
  ) throws {
    if jobs > 1 {
      try runInStages(configuration, progress, report)
    } else {
      try runInTurns(configuration, progress, report)
    }
  }

  private func runInTurns(
    _ configuration: TrackerConfiguration, _ progress: Progress,
    _ report: ([TrackerEvent], EncapsulationTable) throws -> Void
  ) throws {
    var tracker = ConnectionTracker(configuration)
    var batch = reading.makeBatch(capacity: 256)
    var events: [TrackerEvent] = []
    while !batch.isLast {
      reading.read(into: &batch, progress)
      tracker.process(&batch.segments, into: &events)
      if events.isEmpty { continue }
      try report(events, batch.encapsulations)
      events.removeAll(keepingCapacity: true)
    }
    while tracker.endFlows(into: &events) {
      try report(events, batch.encapsulations)
      events.removeAll(keepingCapacity: true)
    }
  }

  private func runInStages(
    _ configuration: TrackerConfiguration, _ progress: @escaping Progress,
    _ report: ([TrackerEvent], EncapsulationTable) throws -> Void
  ) throws {
    let batches = BoundedHandoff(Self.depth) { reading.makeBatch(capacity: Self.size) }
    let outputs = BoundedHandoff(Self.depth) { Output(encapsulations: reading.makeBatch(capacity: 1).encapsulations) }
    // Queues of their own: the global one starts no second thread on one core before the first has waited for a second.
    DispatchQueue(label: "reading").async { [reading] in Self.read(reading, into: batches, progress) }
    DispatchQueue(label: "following").async { Self.follow(batches, configuration, into: outputs) }
    var taken = 0
    while try outputs.take(
      taken,
      { output in
        try report(output.events, output.encapsulations)
        output.events.removeAll(keepingCapacity: true)
      })
    { taken += 1 }
  }

  private static func read(
    _ reading: FileReading, into batches: BoundedHandoff<FileReading.Batch>, _ progress: Progress
  ) {
    var isAtEnd = false
    var given = 0
    while !isAtEnd {
      batches.give(given) { batch in
        reading.read(into: &batch, progress)
        isAtEnd = batch.isLast
      }
      given += 1
    }
    batches.finish(after: given)
  }

  private static func follow(
    _ batches: BoundedHandoff<FileReading.Batch>, _ configuration: TrackerConfiguration,
    into outputs: BoundedHandoff<Output>
  ) {
    var tracker = ConnectionTracker(configuration)
    var given = 0
    var events: [TrackerEvent] = []
    var encapsulations: EncapsulationTable?
    func give(atLeast count: Int) {
      guard events.count >= count else { return }
      outputs.give(given) { output in
        swap(&output.events, &events)
        if let encapsulations { output.encapsulations = encapsulations }
      }
      given += 1
    }
    // Where flows are only counted, an event tells of many.
    let enough = configuration.digestsUneventful ? Self.size / ConnectionTracker.mostDigests : Self.size
    var taken = 0
    while batches.take(
      taken,
      { batch in
        tracker.process(&batch.segments, into: &events)
        encapsulations = batch.encapsulations
      })
    {
      taken += 1
      give(atLeast: enough)
    }
    while tracker.endFlows(into: &events) { give(atLeast: enough) }
    give(atLeast: 1)
    outputs.finish(after: given)
  }
}
