import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

@Suite("Sockets by state over time")
struct StateOccupancyTests {
  /// Ten seconds: a handshake at once, and both ends open until the end.
  private static let open = """
    0.000 c S 0:0(0)
    0.000 s S. 0:0(0) ack 1
    0.000 c . 1:1(0) ack 1
    0.000 c P. 1:2(1) ack 1
    0.000 s . 1:1(0) ack 2
    10.000 c P. 2:3(1) ack 1
    10.000 s . 1:1(0) ack 3
    """

  @Test func anOpenConnectionIsOneSocketAtEitherEnd() throws {
    var occupancy = StateOccupancy()
    for flow in try WireScript(Self.open).flows() { occupancy.add(flow) }
    for side in EndpointRole.allCases {
      let sockets = occupancy.sockets(of: side, in: .established)
      #expect(sockets.count == occupancy.bins)
      let total = sockets.reduce(0, +) * Double(occupancy.width)
      #expect(abs(total - 10e9) < 1e6)
      #expect(sockets.dropFirst().dropLast().allSatisfy { $0 == 1 })
    }
    #expect(occupancy.sockets(of: .server, in: .timeWait).allSatisfy { $0 == 0 })
    #expect((120...240).contains(occupancy.bins))
  }

  @Test func timesAreThoseOfTheSummary() throws {
    for example in Example.all {
      for flow in try WireScript(example.shows).flows() where flow.timeline.allSatisfy({ $0.refuted == nil }) {
        var occupancy = StateOccupancy()
        occupancy.add(flow)
        for side in EndpointRole.allCases where flow.client != flow.server {
          for state in TCPState.allCases where state != .closed && state != .listen {
            let total = occupancy.sockets(of: side, in: state).reduce(0, +) * Double(occupancy.width)
            let expected = Double(flow[side].nanosecondsInState[Int(state.rawValue)])
            #expect(abs(total - expected) < 20_000, "\(example.id) \(side) \(state)")
          }
        }
      }
    }
  }

  @Test("are the same in any order and parts", arguments: UInt64(0)..<20)
  func order(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var flows = try Example.all.flatMap { try WireScript($0.shows).flows() }
    flows = flows.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
    func occupancy(_ flows: some Sequence<Flow>) -> StateOccupancy {
      var occupancy = StateOccupancy()
      for flow in flows { occupancy.add(flow) }
      return occupancy
    }
    let whole = occupancy(flows)
    #expect(occupancy(flows.shuffled(using: &random)) == whole)
    let middle = Int.random(in: 0...flows.count, using: &random)
    var parts = occupancy(flows[middle...])
    parts.merge(occupancy(flows[..<middle]))
    #expect(parts == whole)
    #expect(whole.bins <= StateOccupancy.maximumBins)
  }

  @Test func statisticsHoldThemWhereAsked() throws {
    let flow = try #require(try WireScript(Self.open).flows().first)
    var (asked, unasked) = (CaptureStatistics(), CaptureStatistics())
    asked.occupancy = StateOccupancy()
    asked.add(flow, [])
    unasked.add(flow, [])
    #expect(asked.occupancy?.bins ?? 0 > 0)
    #expect(unasked.occupancy == nil)
    unasked.merge(asked)
    #expect(unasked.occupancy == asked.occupancy)
  }
}
