import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// ICMP errors that quote a SYN: which of them end the attempt (RFC 1122 §4.2.3.9, RFC 5927 §4.1), stack by stack.
struct RFC5927ICMPErrorTests {
  /// Type and code, whether they are ICMPv6's, and the stacks on which they end an attempt.
  struct Report: Sendable {
    var type: UInt8
    var code: UInt8
    var isIPv6 = false
    var ending: [StackProfile]
  }

  static let reports = [
    Report(type: 3, code: 1, ending: StackProfile.all), Report(type: 3, code: 3, ending: StackProfile.all),
    Report(type: 3, code: 4, ending: []), Report(type: 11, code: 0, ending: [.linux, .freebsd, .macos]),
    Report(type: 11, code: 1, ending: [.linux]), Report(type: 12, code: 0, ending: [.linux]),
    Report(type: 4, code: 0, ending: []), Report(type: 5, code: 0, ending: []),
    Report(type: 1, code: 4, isIPv6: true, ending: StackProfile.all),
    Report(type: 2, code: 0, isIPv6: true, ending: []),
    Report(type: 3, code: 0, isIPv6: true, ending: [.linux, .freebsd, .macos]),
    Report(type: 4, code: 1, isIPv6: true, ending: [.linux]),
  ]

  @Test(arguments: reports, StackProfile.all)
  func endsTheAttemptWhereTheStackSaysSo(report: Report, stack: StackProfile) throws {
    let flow = try attempt(report, stack: stack)
    #expect((flow.clientEnd.state == .closed) == report.ending.contains(stack))
  }

  /// A socket that still repeats its SYN a second later was not ended.
  @Test(arguments: reports)
  func theSYNSentAgainTakesItBack(report: Report) throws {
    let flow = try attempt(report, stack: .linux, thenSYNAfter: 1)
    #expect(flow.clientEnd.state == .synSent)
  }

  private func attempt(_ report: Report, stack: StackProfile, thenSYNAfter wait: Int64? = nil) throws -> Flow {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    let none: [UInt8] = []
    let script = try WireScript("0.000 c S 0:0(0)")
    var syn = try #require(script.lines[0].segment)
    tracker.process(syn, payload: none.span, into: &events)
    tracker.process(
      ICMPError(
        time: syn.time.advanced(byNanoseconds: 1_000_000), frame: 2,
        reporter: report.isIPv6 ? IPAddress(v6High: 0x2001_0DB8 << 32, low: 1) : IPAddress(v4: 0xC000_0201),
        type: report.type, code: report.code, source: WireScript.client, destination: WireScript.server,
        encapsulation: .none, sequence: syn.sequence), into: &events)
    if let wait {
      syn.time = syn.time.advanced(byNanoseconds: wait * 1_000_000_000)
      syn.frame = 3
      tracker.process(syn, payload: none.span, into: &events)
    }
    tracker.finish(into: &events)
    return try #require(events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }.first)
  }
}
