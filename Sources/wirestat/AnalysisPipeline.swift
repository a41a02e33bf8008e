import Anomalies
import ConnectionTracking
import PacketCapture
import PacketDecoding
import Reporting

/// Packets in, tracker events out: the decoder and the tracker behind one door, and the counts a report needs.
///
/// Every command that looks at packets goes through here, so that a file and an interface give the same flows.
struct AnalysisPipeline: ~Copyable {
  /// What was read so far.
  private(set) var capture = CaptureSummary()
  /// What the tracker said since ``removeEvents()``.
  private(set) var events: [TrackerEvent] = []
  var hasEvents: Bool { !events.isEmpty }
  /// Captured bytes of the packets so far.
  private(set) var capturedBytes = 0
  private var decoder: PacketDecoder
  private var tracker: ConnectionTracker
  private var batch = SegmentBatch()
  /// Whether segments wait for others until they are followed.
  private let isBatched: Bool

  /// - Parameters:
  ///   - verifiesChecksums: compute the checksums of segments captured in full, and leave out those that are wrong.
  ///   - isBatched: follow segments in batches, which is quicker; false where what comes of a packet is wanted at once,
  ///     or its payload.
  init(
    _ configuration: TrackerConfiguration, inputs: [String], linkTypes: [LinkType], verifiesChecksums: Bool,
    isBatched: Bool = false
  ) {
    self.isBatched = isBatched
    decoder = PacketDecoder(verifiesChecksums: verifiesChecksums)
    tracker = ConnectionTracker(configuration)
    capture.inputs = inputs
    capture.linkTypes = linkTypes.map(\.name)
  }

  /// Takes one packet; what came of it, and of those before it, is in ``events``.
  mutating func take(_ bytes: Span<UInt8>, _ info: PacketInfo) {
    if capture.firstSeen == nil { capture.firstSeen = info.time }
    capture.lastSeen = info.time
    capturedBytes &+= bytes.count
    capture.quality.count(info, captured: bytes.count)
    let kind = decoder.decode(bytes, info, into: &batch.next)
    capture.packets.count(kind)
    guard case .segment = kind else { return takeOther(kind, info.time) }
    if batch.next.checksum != .unverified, !isIntact() { return }
    guard isBatched, !batch.next.isReassembled else { return takeAtOnce(bytes) }
    batch.add(decodedFrom: bytes)
    if batch.isFull { tracker.observe(&batch, into: &events) }
  }

  /// Has the segment that was decoded last followed before the next packet is looked at.
  private mutating func takeAtOnce(_ bytes: Span<UInt8>) {
    let segment = batch.next
    tracker.observe(&batch, into: &events)
    decoder.withPayload(of: segment, in: bytes) { payload in
      tracker.observe(segment, payload: payload, into: &events)
    }
  }

  /// Judges the checksum of the segment decoded last; a wrong one does not reach the segments around it.
  private mutating func isIntact() -> Bool {
    capture.quality.checksums.judge(&batch.next)
    guard batch.next.checksum == .invalid else { return true }
    let damaged = batch.next
    let noPayload: [UInt8] = []
    tracker.observe(&batch, into: &events)
    tracker.observe(damaged, payload: noPayload.span, into: &events)
    return false
  }

  private mutating func takeOther(_ packet: PacketKind, _ time: Timestamp) {
    tracker.observe(&batch, into: &events)
    if case .icmpError(let error) = packet {
      tracker.observe(error, into: &events)
    } else {
      tracker.advance(to: time, into: &events)
    }
  }

  /// Lets time pass without a packet; what came of it is in ``events``.
  mutating func advance(to time: Timestamp) { tracker.advance(to: time, into: &events) }

  /// What an encapsulation's number in a flow stands for.
  func encapsulation(_ id: EncapsulationID) -> Encapsulation? { decoder.encapsulation(id) }

  mutating func removeEvents() { events.removeAll(keepingCapacity: true) }

  /// Ends the input, a few flows a call; what came of it is in ``events``.
  ///
  /// - Returns: false where no flow was left.
  mutating func endFlows() -> Bool {
    tracker.observe(&batch, into: &events)
    return tracker.endFlows(into: &events)
  }

  /// What there is to say about the capture, once every flow has ended.
  ///
  /// - Parameter failures: what could not be read; it becomes a warning of the report.
  consuming func finish(_ failures: [CaptureError]) -> CaptureSummary {
    capture.warnings += failures.map(\.message)
    return capture
  }
}
