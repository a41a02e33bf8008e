import Foundation
import TestSupport
import Testing

/// What a capture holds of TCP, in the numbers that any analyser has.
struct CaptureTally: Equatable, Sendable {
  var tcpPackets = 0
  /// ICMP errors that quote a TCP segment.
  var icmpErrors = 0
  /// In order of their first packet.
  var streams: [Stream] = []

  /// What each end of a connection sent, by its `address:port`. A socket connected to itself has one end.
  typealias Stream = [String: Sent]

  struct Sent: Equatable, Sendable {
    /// Those that the capture holds twice counted twice.
    var packets = 0
    /// Repeats included.
    var payloadBytes = 0

    static func += (sum: inout Sent, more: Sent) {
      sum.packets += more.packets
      sum.payloadBytes += more.payloadBytes
    }
  }
}

extension CaptureTally {
  /// As `wirestat analyze` reports it.
  init(wirestatOn path: String) async throws {
    let output = try await Tool.run("analyze", path, "--format", "ndjson").output
    let lines = try output.split(separator: "\n").map { try JSONValue(parsing: $0) }
    let capture = try #require(lines.first { $0["type"]?.string == "capture" })
    tcpPackets = try capture.count("tcp_packets")
    icmpErrors = try capture.count("icmp_errors")
    // A flow is printed when it ends, not when it begins.
    let flows = lines.filter { $0["type"]?.string == "flow" }
    streams = try flows.map { (try $0.count("flow"), try $0.stream) }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

extension JSONValue {
  fileprivate func count(_ name: String) throws -> Int { Int(try #require(self[name]?.number)) }

  fileprivate var stream: CaptureTally.Stream {
    get throws {
      var stream: CaptureTally.Stream = [:]
      for role in ["client", "server"] {
        let end = try #require(self[role])
        let counters = try #require(self["endpoints"]?[role])
        let name = "\(try #require(end["address"]?.string)):\(try end.count("port"))"
        stream[name, default: .init()] += .init(
          packets: try counters.count("packets") + counters.count("duplicate_packets"),
          payloadBytes: try counters.count("payload_bytes"))
      }
      return stream
    }
  }
}
