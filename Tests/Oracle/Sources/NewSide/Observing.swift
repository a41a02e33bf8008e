import ConnectionTracking
import PacketDecoding

extension ConnectionTracker {
  mutating func observe(_ batch: inout SegmentBatch, into events: inout [TrackerEvent]) { process(&batch, into: &events) }
  mutating func observe(_ segment: Segment, payload: Span<UInt8>, into events: inout [TrackerEvent]) {
    process(segment, payload: payload, into: &events)
  }
  mutating func observe(_ error: ICMPError, into events: inout [TrackerEvent]) { process(error, into: &events) }
}
