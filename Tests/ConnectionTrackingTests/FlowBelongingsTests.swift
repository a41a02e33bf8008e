import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Entries of its log, observations and what only few flows have lie in places that other flows use again.
@Suite("What a flow holds beside its record")
struct FlowBelongingsTests {
  /// Opens, carries data and closes, with no pause.
  private static let quick = OrdinaryWay.all[0]
  private static let withPauses = OrdinaryWay.all[3]

  /// Connections that overlap, over several times as long as TIME_WAIT lasts: each uses what an earlier one has left.
  @Test(arguments: [0.7, 3.1, 9])
  func isNeverThatOfAnotherFlow(interval: Double) throws {
    var crowd = Crowd()
    let ways = try OrdinaryWay.all.map { try $0.segments() }
    let open = try OrdinaryWay.all.map { try $0.segments(upTo: 5) }
    for index in 0..<100 {
      crowd.add((index % 7 == 3 ? open : ways)[index % ways.count], at: Double(index) * interval)
    }
    Followed.compare(crowd.inOrder)
  }

  /// One connection after another, each over before the next: what they take never adds up.
  @Test(arguments: ["nothing", "the segment sent again", "server's RST", "data beyond a hole", "keepalive"])
  func isGivenBackWithItsFlow(departure: String) throws {
    let departure = try #require(Departure.all.first { $0.testDescription == departure })
    for place in [6, Self.withPauses.lines.count] {
      var followed = Followed(try Self.oneByOne(upTo: place, departure).inOrder) { $0.maximumMemory = 5000 }
      let flows = followed.finish()
      #expect(flows.count == 300)
      #expect(flows.filter { $0.end == .evicted }.isEmpty)
    }
  }

  /// - Parameter place: of the line behind which each departs.
  private static func oneByOne(upTo place: Int, _ departure: Departure) throws -> Crowd {
    var crowd = Crowd()
    let script = try withPauses.script(leavingAfter: place, by: departure, goesOn: true)
    let model = script.lines.compactMap(\.segment)
    for index in 0..<300 { crowd.add(model, at: Double(index) * 400) }
    return crowd
  }

  /// The log takes memory by blocks of 4, 8, 16 ... entries, and a RST takes some as well: the fewer flows are held in the
  /// same memory.
  @Test func isChargedToTheLimitOfMemory() throws {
    let open = try flowsHeld(Self.quick.segments(upTo: 7))
    let closing = try flowsHeld(Self.quick.segments(upTo: 8))
    let closed = try flowsHeld(Self.quick.segments(upTo: 11))
    let reset = try #require(Departure.all.first { $0.testDescription == "server's RST" })
    let script = try Self.quick.script(leavingAfter: 7, by: reset, goesOn: false)
    #expect(open > closing)
    #expect(closing == closed, "5 entries lie in a block of as many places as 8")
    #expect(try open > flowsHeld(script.lines.compactMap(\.segment)))
  }

  /// Connections that fit in a bounded memory, begun one after another.
  private func flowsHeld(_ model: [Segment]) throws -> Int {
    var crowd = Crowd()
    for index in 0..<400 { crowd.add(model, at: Double(index) * 0.1) }
    return Followed(crowd.inOrder) { $0.maximumMemory = 100_000 }.openFlows
  }
}
