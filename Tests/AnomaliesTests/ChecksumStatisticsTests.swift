import Anomalies
import PacketDecoding
import TestSupport
import Testing

@Suite("Checksums, host by host")
struct ChecksumStatisticsTests {
  @Test("a wrong checksum counts against a host with a good one before it")
  func wrongAfterGood() throws {
    #expect(try judged([.valid, .invalid]) == [.valid, .invalid])
    #expect(try judged([.invalid, .valid, .invalid]) == [.offloaded, .valid, .invalid])
    #expect(try judged([.invalid, .offloaded, .invalid]) == [.offloaded, .offloaded, .offloaded])
    #expect(try judged([.unverified, .valid]) == [.unverified, .valid])
  }

  @Test(
    "findings",
    arguments: [
      ([.valid, .invalid], ["bad-checksum"]), ([.valid, .valid], []), ([.unverified], []),
      ([.invalid, .invalid, .invalid], ["checksum-offload"]), ([.offloaded], ["checksum-offload"]),
      // Too few to tell one from the other.
      ([.invalid, .invalid], ["bad-checksum"]),
      // A host that computes some itself is no proof of damage.
      ([.valid, .offloaded], []),
    ] as [([ChecksumStatus], [String])])
  func findings(statuses: [ChecksumStatus], ids: [String]) throws {
    var statistics = CaptureStatistics()
    for var segment in try segments(statuses) { statistics.quality.checksums.judge(&segment) }
    #expect(statistics.findings().map(\.id) == ids)
  }

  private func judged(_ statuses: [ChecksumStatus]) throws -> [ChecksumStatus] {
    var statistics = ChecksumStatistics()
    return try segments(statuses).map { segment in
      var segment = segment
      statistics.judge(&segment)
      return segment.checksum
    }
  }

  private func segments(_ statuses: [ChecksumStatus]) throws -> [Segment] {
    try statuses.enumerated().map { index, status in
      var segment = try #require(try WireScript("\(index).000 c . 1:1(0) ack 1").lines.first?.segment)
      segment.checksum = status
      return segment
    }
  }
}
