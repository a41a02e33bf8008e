import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

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

  @Test func partsAreTheWhole() throws {
    let all = try segments([.invalid, .valid, .offloaded, .valid])
    var (whole, early, late) = (ChecksumStatistics(), ChecksumStatistics(), ChecksumStatistics())
    for (index, segment) in all.enumerated() {
      var (one, other) = (segment, segment)
      whole.judge(&one)
      if index < 2 { early.judge(&other) } else { late.judge(&other) }
    }
    late.merge(early)
    #expect(late == whole)
  }

  @Test func hostsWithoutRoomAreSaid() throws {
    var statistics = CaptureStatistics()
    let segment = try #require(try segments([.invalid]).first)
    for number in 0..<ChecksumStatistics.maximumHosts + 5 {
      var one = segment
      one.source.address = IPAddress(v4: UInt32(number))
      statistics.quality.checksums.judge(&one)
    }
    let limit = try #require(statistics.findings().first { $0.id == "limit-reached" })
    #expect(limit.fields[1].value == .integer(5))
    #expect(limit.blindedRules.map(\.id) == ["bad-checksum", "checksum-offload"])
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
