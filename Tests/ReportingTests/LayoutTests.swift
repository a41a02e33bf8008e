import ConnectionTracking
import Reporting
import TestSupport
import Testing

@Suite("How text is laid out")
struct LayoutTests {
  @Test(arguments: TransitionCause.allCases)
  func labelsFitBetweenTheStates(cause: TransitionCause) {
    #expect((1...19).contains(cause.label.utf8.count))
  }

  @Test func aPresumptionLastsUntilTheFrameThatConfirmsIt() {
    let rungs = Ladder(SampleFlows.fourWay).rungs
    #expect(rungs.map(\.server.isPresumed) == [true, false, true, true, false, false, true, true])
    #expect(rungs.map(\.client.isPresumed) == [false, true, false, false, true, true, false, false])
  }

  @Test func aRungKnowsWhoSent() {
    #expect(
      Ladder(SampleFlows.fourWay).rungs.map(\.sender) == [
        .client, .server, .client, .client, .server, .server, .client, nil,
      ])
  }

  @Test func aLadderBeginsWithWhatWasLeftFirst() {
    #expect(Ladder(SampleFlows.midstream).start.client == nil)
    #expect(Ladder(SampleFlows.fourWay).start.server == .listen)
  }

  /// The ACK of the SYN was not captured: the frame that shows it is the server's own.
  @Test func whatOnlyItsReceiverShowsHasNoArrow() throws {
    let flow = try #require(
      try WireScript("0.010 s S. 0:0(0) ack 1 id 1\n0.020 s P. 1:101(100) ack 1 id 2").flows().first)
    #expect(Ladder(flow).rungs.map(\.sender) == [.server, nil])
  }

  @Test func aSocketConnectedToItselfHasOneHistory() throws {
    let script = "0.000 c S 0:0(0)\n0.001 c S. 0:0(0) ack 1\n0.002 c . 1:1(0) ack 1"
    let flow = try #require(try WireScript(script, selfConnect: true).flows().first)
    let ladder = Ladder(flow)
    #expect(ladder.start.server == .closed)
    #expect(ladder.rungs.map(\.server.state) == ladder.rungs.map(\.client.state))
  }

  @Test func aDumpGoesOnWhereItStopped() {
    var dump = HexDump(mark: ">")
    let text = written { output in
      dump.write(Array("GET / HTTP/1.1\r\nHost".utf8), into: &output)
      dump.skip(12)
      dump.write(Array(repeating: 0xff, count: 8), into: &output)
    }
    #expect(
      text == """
        > 00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..
        > 00000010  48 6f 73 74                                       Host
        > 00000020  ff ff ff ff ff ff ff ff                           ........

        """)
  }
}
