public import ConnectionTracking
public import PacketCapture
public import PacketDecoding
public import Reporting

/// Packets in, tracker events out, one packet at a time: for commands that want what comes of a packet at once, or its
/// payload. ``FilePipeline`` does the same for whole files, in batches.
public struct PacketPipeline: ~Copyable {
  /// What the tracker said since ``removeEvents()``.
  public private(set) var events: [TrackerEvent] = []
  private var ingest: Ingest
  private var tracker: ConnectionTracker
  private var batch = SegmentBatch(capacity: 1)

  /// - Parameters:
  ///   - inputs: the files or the interface, as they were named.
  ///   - verifiesChecksums: see ``FilePipeline/Options/verifiesChecksums``.
  public init(
    _ configuration: TrackerConfiguration, inputs: [String], linkTypes: [LinkType], verifiesChecksums: Bool
  ) {
    ingest = Ingest(inputs: inputs, linkTypes: linkTypes, verifiesChecksums: verifiesChecksums)
    tracker = ConnectionTracker(configuration)
  }

  /// Takes one packet; what came of it is in ``events``.
  public mutating func take(_ bytes: Span<UInt8>, _ info: PacketInfo) {
    switch ingest.decode(bytes, info, into: &batch) {
    case .segment:
      let segment = batch.next
      ingest.withPayload(of: segment, in: bytes) { payload in
        tracker.process(segment, payload: payload, into: &events)
      }
    case .icmpError(let error): tracker.process(error, into: &events)
    case .other, .malformed: tracker.advance(to: info.time, into: &events)
    }
  }

  /// Lets time pass without a packet; what came of it is in ``events``.
  public mutating func advance(to time: Timestamp) { tracker.advance(to: time, into: &events) }

  /// What the numbers of encapsulations stand for.
  public var encapsulations: EncapsulationTable { ingest.encapsulations }

  public mutating func removeEvents() { events.removeAll(keepingCapacity: true) }

  /// Ends the input, a few flows a call; what came of it is in ``events``.
  ///
  /// - Returns: false where no flow was left.
  public mutating func endFlows() -> Bool { tracker.endFlows(into: &events) }

  /// What there is to say about the capture, once every flow has ended.
  ///
  /// - Parameter failure: what ended it before its time; it becomes a warning of the report.
  public mutating func finish(_ failure: CaptureError?) -> CaptureSummary {
    ingest.finish(warnings: failure.map { [$0.message] } ?? [])
  }
}
