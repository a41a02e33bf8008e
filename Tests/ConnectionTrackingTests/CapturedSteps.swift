import PacketCapture
import PacketDecoding
import TestSupport

/// A capture as a tracker is fed it.
enum CapturedSteps {
  /// The first packets of the capture at `path`, `limit` at most; of a damaged one, what comes before the damage.
  static func read(_ path: String, limit: Int) -> [TrackerStep] {
    var steps: [TrackerStep] = []
    var decoder = PacketDecoder(verifiesChecksums: true)
    do throws(CaptureError) {
      var source = try CaptureSource(file: path)
      while steps.count < limit,
        case .packet(let step) = try source.next({ bytes, info in step(bytes, info, &decoder) })
      {
        steps.append(step)
      }
    } catch {}
    return steps
  }

  private static func step(_ bytes: Span<UInt8>, _ info: PacketInfo, _ decoder: inout PacketDecoder) -> TrackerStep {
    switch decoder.decode(bytes, info) {
    case .segment(var segment):
      let payload = decoder.withPayload(of: segment, in: bytes) { span in span.indices.map { span[$0] } }
      segment.payload = 0..<payload.count
      return .segment(segment, payload: payload)
    case .icmpError(let error): return .icmpError(error)
    case .other, .malformed: return .silence(until: info.time)
    }
  }
}
