import Anomalies
package import ConnectionTracking
import PacketCapture
package import PacketDecoding
package import Reporting

/// Packets in, segments out: the decoder, and the counts of the capture that a report needs.
package struct Ingest: ~Copyable {
  private var capture = CaptureSummary()
  /// Captured bytes of the packets so far.
  package private(set) var capturedBytes = 0
  private var decoder: PacketDecoder

  /// - Parameter verifiesChecksums: compute the checksums of segments captured in full, and mark those that are wrong.
  package init(inputs: [String], linkTypes: [LinkType], verifiesChecksums: Bool) {
    decoder = PacketDecoder(verifiesChecksums: verifiesChecksums)
    capture.inputs = inputs
    capture.linkTypes = linkTypes.map(\.name)
  }

  /// Takes one packet; what is in it becomes part of `batch`, which must have room.
  @inline(__always)
  package mutating func take(_ bytes: Span<UInt8>, _ info: PacketInfo, into batch: inout SegmentBatch) {
    count(bytes, info)
    guard decoder.readPlainFrame(bytes, info, into: &batch.next) else { return takeOther(bytes, info, into: &batch) }
    capture.packets.countSegment()
    batch.add(decodedFrom: bytes)
  }

  /// Takes a packet that is no plain frame and was counted.
  @inline(never)
  private mutating func takeOther(_ bytes: Span<UInt8>, _ info: PacketInfo, into batch: inout SegmentBatch) {
    switch decodeCounted(bytes, info, into: &batch) {
    case .segment where batch.next.isReassembled:
      let segment = batch.next
      withPayload(of: segment, in: bytes) { batch.add(payload: $0) }
    case .segment: batch.add(decodedFrom: bytes)
    case .icmpError(let error): batch.add(.error(error))
    case .other, .malformed: batch.add(.time(info.time))
    }
  }

  /// Decodes and counts one packet.
  ///
  /// - Parameter batch: a segment is put into its ``SegmentBatch/next``, and not added.
  package mutating func decode(_ bytes: Span<UInt8>, _ info: PacketInfo, into batch: inout SegmentBatch) -> PacketKind {
    count(bytes, info)
    return decodeCounted(bytes, info, into: &batch)
  }

  @inline(__always)
  private mutating func count(_ bytes: Span<UInt8>, _ info: PacketInfo) {
    capturedBytes &+= bytes.count
    capture.quality.count(info, captured: bytes.count)
  }

  private mutating func decodeCounted(
    _ bytes: Span<UInt8>, _ info: PacketInfo, into batch: inout SegmentBatch
  ) -> PacketKind {
    let kind = decoder.decode(bytes, info, into: &batch.next)
    capture.packets.count(kind)
    if case .segment = kind, batch.next.checksum != .unverified { capture.quality.checksums.judge(&batch.next) }
    return kind
  }

  /// Lends `body` the payload of the segment decoded last.
  package func withPayload(of segment: Segment, in bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    decoder.withPayload(of: segment, in: bytes, body)
  }

  /// How many packets came with a time before the last one's.
  package var stepsBack: Int { capture.quality.backwards }

  /// How many of them could not be put in order.
  package var misplaced: Int {
    get { capture.quality.misplaced }
    set { capture.quality.misplaced = newValue }
  }

  /// How many packets were read so far.
  package var packets: Int { capture.quality.packets }

  /// What the numbers of encapsulations stand for.
  package var encapsulations: EncapsulationTable { decoder.encapsulations }

  /// Brings a copy of ``encapsulations`` up to what was met since.
  package mutating func update(_ table: inout EncapsulationTable) { decoder.update(&table) }

  /// What there is to say about the capture, once it was read.
  ///
  /// - Parameter warnings: what could not be read.
  package mutating func finish(warnings: [String]) -> CaptureSummary {
    capture.warnings += warnings
    capture.firstSeen = capture.quality.firstSeen?.time
    capture.lastSeen = capture.quality.lastSeen?.time
    return capture
  }
}
