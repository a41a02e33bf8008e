import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// How a flow in brief closes, and its last pause, lie in places that other flows use again.
@Suite("What only some flows in brief have")
struct BriefAttachmentsTests {
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
  @Test func isGivenBackWithItsFlow() throws {
    var followed = Followed(try Self.oneByOne().inOrder) { $0.maximumMemory = 4000 }
    let flows = followed.finish()
    #expect(flows.count == 300)
    #expect(flows.filter { $0.end == .evicted }.isEmpty)
  }

  /// The same where the last ACK comes again, so that the flow unfolds, and what it had becomes part of its record.
  @Test func isGivenBackByAFlowThatUnfolds() throws {
    var crowd = try Self.oneByOne()
    for index in 0..<300 { crowd.repeatLast(ofConnection: index) }
    var followed = Followed(crowd.inOrder) { $0.maximumMemory = 5000 }
    let flows = followed.finish()
    #expect(flows.count == 300)
    #expect(flows.filter { $0.end == .evicted }.isEmpty)
  }

  private static func oneByOne() throws -> Crowd {
    var crowd = Crowd()
    let model = try withPauses.segments()
    for index in 0..<300 { crowd.add(model, at: Double(index) * 200) }
    return crowd
  }

  /// A pause takes memory, and how a flow closes takes more: the fewer flows are held in the same memory.
  @Test func isChargedToTheLimitOfMemory() throws {
    let plain = try flowsHeld(Self.quick, upTo: 7)
    let paused = try flowsHeld(Self.withPauses, upTo: 6)
    let closing = try flowsHeld(Self.quick, upTo: 8)
    #expect(plain > paused)
    #expect(paused > closing)
  }

  /// Open connections that fit in a bounded memory, begun one after another.
  private func flowsHeld(_ way: OrdinaryWay, upTo place: Int) throws -> Int {
    var crowd = Crowd()
    let model = try way.segments(upTo: place)
    for index in 0..<400 { crowd.add(model, at: Double(index) * 30) }
    return Followed(crowd.inOrder) { $0.maximumMemory = 100_000 }.openFlows
  }
}
