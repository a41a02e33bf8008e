public import ConnectionTracking
import PacketDecoding

/// What the tracker makes of a capture of ours.
public struct Inference: Sendable {
  public private(set) var flows: [Flow] = []
  /// The TCP packets it was made from.
  public private(set) var view: [SegmentSight] = []
  /// The same by frame number, as the log writes them.
  public private(set) var frames: [UInt64: SegmentSignature] = [:]

  public init(from packets: [CapturedPacket], configuration: TrackerConfiguration = TrackerConfiguration()) {
    var decoder = PacketDecoder()
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    let noPayload: [UInt8] = []
    for (index, packet) in packets.enumerated() {
      let info = PacketInfo(
        time: Timestamp(nanoseconds: packet.time), frame: UInt64(index + 1), originalLength: packet.originalLength,
        linkType: .raw)
      let segment: Segment
      switch decoder.decode(packet.bytes.span, info) {
      case .segment(let decoded): segment = decoded
      case .icmpError(let error):
        tracker.process(error, into: &events)
        continue
      default: continue
      }
      tracker.process(segment, payload: noPayload.span, into: &events)
      frames[info.frame] = SegmentSignature(segment)
      view.append(
        SegmentSight(
          time: packet.time, source: segment.source, destination: segment.destination, sequence: segment.sequence,
          flags: segment.flags))
    }
    tracker.finish(into: &events)
    flows = events.compactMap { event in
      if case .ended(let flow) = event { flow } else { nil }
    }
  }
}

extension SegmentSignature {
  init(_ segment: Segment) {
    self.init(
      source: segment.source.address.description, sourcePort: segment.source.port,
      destination: segment.destination.address.description, destinationPort: segment.destination.port,
      flags: segment.flags.rawValue & 0xff, sequence: segment.sequence.rawValue,
      acknowledgment: segment.acknowledgment?.rawValue ?? 0, payloadLength: segment.wirePayloadLength)
  }
}
