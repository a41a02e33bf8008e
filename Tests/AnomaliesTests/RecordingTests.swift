import Anomalies
import ConnectionTracking
import Foundation
import GroundTruth
import TestSupport
import Testing

/// What is found in the recordings of real sockets.
@Suite("Recordings")
struct RecordingTests {
  @Test(arguments: [
    ("open/refused", "syn-refused"), ("open/syn-abandoned", "handshake-aborted"), ("open/syn-ack-lost", "syn-ack-lost"),
    ("open/handshake-ack-lost", "third-ack-lost"), ("open/accept-queue-overflow-reset", "accept-overflow-reset"),
    ("open/simultaneous-open", "simultaneous-open"), ("open/mid-stream", "midstream-start"),
    ("close/three-way", "three-way-close"), ("close/simultaneous", "simultaneous-close"),
    ("close/half-close", "half-close"), ("close/last-ack-stuck", "last-ack-stalled"),
    ("close/fin-wait-1-stuck", "fin-wait-1-stalled"), ("close/fin-wait-2-orphan-timeout", "fin-wait-2-orphan-timeout"),
    ("close/time-wait-bucket-overflow", "time-wait-bucket-overflow"), ("close/time-wait-reuse", "time-wait-reuse"),
    ("close/time-wait-reset", "time-wait-assassination"),
    ("close/time-wait-syn-challenged", "time-wait-syn-challenged"), ("reset/by-client", "rst-abort-live"),
    ("reset/data-after-close", "rst-data-after-close"), ("reset/request-crosses-fin", "request-after-fin"),
    ("reset/unread-bulk", "rst-unread-data"), ("reset/forged", "rst-suspected-injected"),
    ("reset/in-window-challenged", "rst-in-window-challenged"), ("reset/out-of-window", "rst-out-of-window"),
    ("reset/lost", "peer-unaware-of-rst"), ("reset/half-open-data", "half-open-data-reset"),
    ("reset/half-open-syn", "half-open-discovered"), ("options/fast-open", "tfo-used"),
    ("options/urgent-data", "urgent-used"), ("options/old-timestamp", "paws-violation"),
    ("loss/bulk-lost-reordered", "fast-retransmission"), ("loss/line-cut", "retransmission"),
    ("loss/capture-loss", "sequence-gap"), ("loss/one-sided", "one-sided-capture"),
    ("loss/fin-overtakes-data", "fin-out-of-order"), ("window/fin-behind-zero-window", "close-behind-zero-window"),
    ("window/keepalive-dead-peer", "keepalive-dead-peer"),
  ])
  func showsIt(_ file: String, _ id: String) throws {
    let ids = try findings(in: file).map(\.id)
    #expect(ids.contains(id), "found \(ids)")
  }

  @Test(
    "nothing above info where all went well",
    arguments: [
      "open/handshake", "close/four-way-by-client", "close/four-way-by-server", "close/three-way", "close/half-close",
      "close/fin-with-data", "close/time-wait-reuse", "link/ipv6", "options/explicit-congestion",
      "options/fast-open", "options/no-timestamps", "options/urgent-data", "window/keepalive", "open/mid-stream",
    ])
  func isCalm(_ file: String) throws {
    let loud = try findings(in: file).filter { $0.severity > .info }
    #expect(loud.isEmpty, "\(loud.map(\.id))")
  }

  private func findings(in file: String) throws -> [Finding] {
    let path = "\(SampleCaptures.folder)/\(file).pcap"
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    let packets = CaptureFile.packets(of: bytes) ?? []
    let flows = Inference(from: packets).flows
    try #require(!flows.isEmpty)
    return flows.flatMap { Findings().of($0) }
  }
}
