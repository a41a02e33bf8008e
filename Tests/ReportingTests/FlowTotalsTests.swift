import ConnectionTracking
import Reporting
import Testing

@Suite("Totals and counts")
struct FlowTotalsTests {
  @Test func sums() {
    let totals = SampleFlows.report.totals
    #expect((totals.flows, totals.reported, totals.evicted, totals.open) == (6, 5, 1, 1))
    #expect(totals.count(of: .reset) == 1)
    #expect(totals.count(of: .server) == 2)
    #expect(totals.ends(in: .established) == 2)
    #expect(totals.ends(in: nil) == 1)
    #expect(totals.payloadBytes == 1234 + 567_890)
  }

  @Test func partsAreTheWhole() {
    var (whole, early, late) = (FlowTotals(), FlowTotals(), FlowTotals())
    for (index, flow) in SampleFlows.all.enumerated() {
      whole.add(flow, isReported: index != 1)
      if index < 3 { early.add(flow, isReported: index != 1) } else { late.add(flow, isReported: true) }
    }
    late.merge(early)
    #expect(late == whole)
    #expect(late.flows == SampleFlows.all.count)
  }

  @Test func skippedPacketsAreToldByReasonInAFixedOrder() {
    let counts = SampleFlows.report.capture.packets
    #expect((counts.total, counts.segments, counts.skipped) == (7, 2, 5))
    #expect(counts.skips.map(\.reason) == ["fragment", "malformed", "not-ip", "not-tcp"])
    #expect(counts.skips.map(\.packets) == [1, 1, 1, 2])
  }
}
