import Foundation
import TestSupport
import Testing

/// tshark decodes and counts by code of its own; on every capture both must find the same conversations in the same
/// numbers, or ``TsharkDifference`` says why not.
@Suite("The connections that tshark finds", .enabled(if: Tshark.isInstalled))
struct TsharkAgreementTests {
  @Test(arguments: SampleCaptures.paths)
  func everyCapture(path: String) async throws {
    let wirestat = try await CaptureTally(wirestatOn: path)
    let tshark = try await CaptureTally(tsharkOn: path)
    guard let difference = TsharkDifference.all.first(where: { $0.concerns(path) }) else {
      #expect(wirestat == tshark)
      return
    }
    #expect(wirestat == difference.wirestat, "\(difference.reason)")
    #expect(tshark == difference.tshark, "\(difference.reason)")
  }

  /// Copies, as `tcpdump -i any` makes them, are packets for tshark as any other. Here they are counted apart, and
  /// their payload is not counted again.
  @Test func everyPacketTwice() async throws {
    let original = "\(SampleCaptures.folder)/close/four-way-by-client.pcap"
    var expected = try await CaptureTally(wirestatOn: original)
    expected.tcpPackets *= 2
    for (end, sent) in expected.streams[0] { expected.streams[0][end]?.packets += sent.packets }
    let doubled = twice(recordsOf: try Array(Data(contentsOf: URL(fileURLWithPath: original))))
    try await withTemporaryFile(doubled) { path in
      let wirestat = try await CaptureTally(wirestatOn: path)
      #expect(wirestat == expected)
      for (end, sent) in expected.streams[0] { expected.streams[0][end]?.payloadBytes += sent.payloadBytes }
      let tshark = try await CaptureTally(tsharkOn: path)
      #expect(tshark == expected)
    }
  }

  /// The bytes of a little-endian pcap file with each record followed by its copy.
  private func twice(recordsOf file: [UInt8]) -> [UInt8] {
    var doubled = Array(file.prefix(24))
    var rest = file.dropFirst(24)
    while !rest.isEmpty {
      let capturedLength = rest.dropFirst(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      let record = rest.prefix(16 + capturedLength)
      doubled += record + record
      rest = rest.dropFirst(record.count)
    }
    return doubled
  }

  /// A reason whose capture is gone, or whose tallies have become the same, explains nothing.
  @Test(arguments: TsharkDifference.all)
  func everyDifferenceIsOne(difference: TsharkDifference) {
    #expect(SampleCaptures.paths.contains(where: difference.concerns))
    #expect(difference.wirestat != difference.tshark)
  }
}
