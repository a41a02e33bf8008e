import Foundation
import Inputs
import PacketCapture
import PacketDecoding

/// A capture's packets as a tracker is fed them.
struct Capture: ~Copyable {
  private var source: CaptureSource
  private var decoder = PacketDecoder(verifiesChecksums: true)
  /// What libpcap says of the packets it could not read.
  private(set) var damage: String?

  init(_ path: String) throws(CaptureError) { source = try CaptureSource(file: path) }

  /// The next packets, `count` at most; none at the end, or where the file is damaged.
  mutating func next(_ count: Int) -> [TrackerStep] {
    var steps: [TrackerStep] = []
    do throws(CaptureError) {
      while steps.count < count,
        case .packet(let step) = try source.next({ bytes, info in Self.step(bytes, info, &decoder) })
      {
        steps.append(step)
      }
    } catch {
      damage = "\(error)"
    }
    return steps
  }

  private static func step(_ bytes: Span<UInt8>, _ info: PacketInfo, _ decoder: inout PacketDecoder) -> TrackerStep {
    switch decoder.decode(bytes, info) {
    case .segment(var segment):
      let payload = decoder.withPayload(of: segment, in: bytes) { span in span.indices.map { span[$0] } }
      segment.payload = 0..<payload.count
      segment.isReassembled = false
      return .segment(segment, payload: payload)
    case .icmpError(let error): return .icmpError(error)
    case .other, .malformed: return .silence(until: info.time)
    }
  }

  /// Every capture among `paths` and under the folders among them.
  static func paths(under paths: [String]) -> [String] {
    paths.flatMap { path in
      guard let files = FileManager.default.enumerator(atPath: path), !Self.isCapture(path) else { return [path] }
      return files.compactMap { $0 as? String }.filter(isCapture).sorted().map { "\(path)/\($0)" }
    }
  }

  private static func isCapture(_ path: String) -> Bool {
    [".pcap", ".pcapng", ".cap"].contains { path.hasSuffix($0) }
  }
}
