import ConnectionTracking
import PacketCapture
import PacketDecoding
import Reporting

/// Packets in, tracker events out, one packet at a time: for commands that want what comes of a packet at once, or its
/// payload. ``Analysis`` does the same for whole files, in batches.
struct PacketFollower: ~Copyable {
  /// What the tracker said since ``removeEvents()``.
  private(set) var events: [TrackerEvent] = []
  private(set) var intake: PacketIntake
  private var tracker: ConnectionTracker
  private var batch = SegmentBatch(capacity: 1)

  init(_ configuration: TrackerConfiguration, _ intake: consuming PacketIntake) {
    self.intake = intake
    tracker = ConnectionTracker(configuration)
  }

  /// Takes one packet; what came of it is in ``events``.
  mutating func take(_ bytes: Span<UInt8>, _ info: PacketInfo) {
    switch intake.decode(bytes, info, into: &batch) {
    case .segment:
      let segment = batch.next
      intake.withPayload(of: segment, in: bytes) { payload in
        tracker.process(segment, payload: payload, into: &events)
      }
    case .icmpError(let error): tracker.process(error, into: &events)
    case .other, .malformed: tracker.advance(to: info.time, into: &events)
    }
  }

  /// Lets time pass without a packet; what came of it is in ``events``.
  mutating func advance(to time: Timestamp) { tracker.advance(to: time, into: &events) }

  mutating func removeEvents() { events.removeAll(keepingCapacity: true) }

  /// Ends the input, a few flows a call; what came of it is in ``events``.
  ///
  /// - Returns: false where no flow was left.
  mutating func endFlows() -> Bool { tracker.endFlows(into: &events) }

  /// What there is to say about the capture, once every flow has ended.
  ///
  /// - Parameter failure: what ended it before its time; it becomes a warning of the report.
  mutating func finish(_ failure: CaptureError?) -> CaptureSummary {
    intake.finish(warnings: failure.map { [$0.message] } ?? [])
  }
}
