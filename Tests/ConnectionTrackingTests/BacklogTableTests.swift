import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

@Suite("The backlogs of listeners")
struct BacklogTableTests {
  /// Listeners come and go by hundreds, so that the table grows and many share the beginning of a search.
  @Test(arguments: UInt64(0)..<8)
  func agreesWithADictionary(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = BacklogTable()
    var model: [UInt32: Int] = [:]
    for step in 0..<20_000 {
      let host = UInt32.random(in: 0..<600, using: &random)
      let segment = FlowTableTests.segment(from: host, at: Int64(step), flags: [.syn, .ack])
      #expect(table.isDoubtful(segment) == (model[host, default: 0] >= BacklogTable.doubtful))
      let isHalfOpen = Bool.random(using: &random)
      table.change(segment.source, .none, isHalfOpen: isHalfOpen)
      if isHalfOpen {
        model[host, default: 0] += 1
      } else {
        model[host] = model[host].flatMap { $0 > 1 ? $0 - 1 : nil }
      }
    }
    #expect(table.footprint == model.count * 32 * 8 / 3)
    for host in model.keys {
      let segment = FlowTableTests.segment(from: host, at: 0)
      for _ in 0..<(model[host] ?? 0) { table.change(segment.source, .none, isHalfOpen: false) }
    }
    #expect(table.footprint == 0)
  }
}
