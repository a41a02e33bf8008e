import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// One thing out of the ordinary, wherever a conversation has come to.
struct Departure: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Milliseconds after the line before, and until the line after it, on top of the usual step.
  var wait = 250
  var pause = 0
  /// What is done besides.
  var act = Act.nothing
  var lines: @Sendable (Place) -> [String] = { _ in [] }

  enum Act: Sendable { case nothing, icmpError, eviction }

  static let all = resets + closes + opens + repeats + misfits + others

  /// Silence, about as long as the timers of stacks run, and then the next connection of the same four-tuple.
  static let waits = [20, 35, 65, 100, 130, 250].flatMap { seconds in
    [
      Departure(testDescription: "\(seconds) s", wait: seconds * 1000) { _ in ["-"] },
      Departure(testDescription: "SYN after \(seconds) s", wait: seconds * 1000) { _ in ["c S 70000:70000(0)"] },
    ]
  }

  private static let resets = [
    one("client's RST") { "c R \($0.client):\($0.client)(0)" },
    one("client's RST with ACK") { "c R. \($0.client):\($0.client)(0) ack \($0.server)" },
    one("server's RST") { "s R \($0.server):\($0.server)(0)" },
    one("server's RST with ACK") { "s R. \($0.server):\($0.server)(0) ack \($0.client)" },
    one("RST in the window") { "s R. \($0.server + 50):\($0.server + 50)(0) ack \($0.client)" },
  ]

  private static let closes = [
    one("client's FIN beyond a hole") { "c F. \($0.client + 5):\($0.client + 5)(0) ack \($0.server)" },
    one("server's FIN beyond a hole") { "s F. \($0.server + 5):\($0.server + 5)(0) ack \($0.client)" },
    one("client's FIN") { "c F. \($0.client):\($0.client)(0) ack \($0.server)" },
    one("server's FIN") { "s F. \($0.server):\($0.server)(0) ack \($0.client)" },
    one("client's FIN that crosses data") { "c F. \($0.client):\($0.client + 10)(10) ack 1" },
    one("server's FIN that crosses data") { "s F. \($0.server):\($0.server)(0) ack 1" },
    one("FIN without ACK") { "c F \($0.client):\($0.client)(0)" },
  ]

  private static let opens = [
    one("SYN again") { _ in "c S 0:0(0)" },
    one("another SYN") { _ in "c S 70000:70000(0)" },
    one("server's SYN") { _ in "s S 70000:70000(0)" },
    one("SYN-ACK again") { _ in "s S. 0:0(0) ack 1" },
    one("another SYN-ACK") { _ in "s S. 900:900(0) ack 1" },
    one("client's SYN-ACK") { _ in "c S. 0:0(0) ack 1" },
  ]

  private static let repeats = [
    Departure(testDescription: "the segment sent again") { [$0.line] },
    Departure(testDescription: "the packet twice", wait: 1) { [$0.line] },
    one("client's old data") { "c P. 1:51(50) ack \($0.server)" },
    one("server's old data") { "s P. 1:51(50) ack \($0.client)" },
    one("keepalive") { "c . \($0.client - 1):\($0.client - 1)(0) ack \($0.server)" },
    one("client's ACK again") { "c . \($0.client):\($0.client)(0) ack \($0.server)" },
    one("server's ACK again") { "s . \($0.server):\($0.server)(0) ack \($0.client)" },
    one("old ACK") { "c . \($0.client):\($0.client)(0) ack 1" },
  ]

  private static let misfits = [
    one("old duplicate") { "c . -200000:-200000(0) ack \($0.server)" },
    one("ACK of what was never sent") { "c . \($0.client):\($0.client)(0) ack \($0.server + 100)" },
    one("data beyond a hole") { "c P. \($0.client + 10):\($0.client + 20)(10) ack \($0.server)" },
    one("more data of the client") { "c P. \($0.client):\($0.client + 10)(10) ack \($0.server)" },
    Departure(testDescription: "more and more data, unanswered for long") { place in
      let positions = [0, 10, 20, 30].map { place.client + $0 }
      return positions.map { "c P. \($0):\($0 + 10)(10) ack \(place.server)" }
        + ["s . \(place.server):\(place.server)(0) ack \(place.client + 40)"]
    },
    one("more data of the server") { "s P. \($0.server):\($0.server + 10)(10) ack \($0.client)" },
    one("data without ACK") { "c P \($0.client):\($0.client + 10)(10)" },
    one("more than the MSS") { "s P. \($0.server):\($0.server + 2000)(2000) ack \($0.client)" },
    one("closed window") { "c . \($0.client):\($0.client)(0) ack \($0.server) win 0" },
    one("window that shrinks") { "c P. \($0.client):\($0.client + 10)(10) ack \($0.server) win 100" },
    one("urgent data") { "c PU. \($0.client):\($0.client + 10)(10) ack \($0.server) urg 3" },
    one("damaged checksum") { "c P. \($0.client):\($0.client + 10)(10) ack \($0.server) badsum" },
  ]

  private static let others = [
    Departure(testDescription: "nothing"),
    Departure(testDescription: "a pause of seconds", pause: 3000),
    Departure(testDescription: "a pause of minutes", pause: 180_000),
    Departure(testDescription: "a RST after a pause", wait: 30_000) {
      ["c R. \($0.client):\($0.client)(0) ack \($0.server)"]
    },
    Departure(testDescription: "time-out", wait: 400_000) { _ in ["-"] },
    Departure(testDescription: "ICMP error", act: .icmpError),
    Departure(testDescription: "eviction", act: .eviction),
  ]

  private static func one(_ name: String, _ line: @escaping @Sendable (Place) -> String) -> Departure {
    Departure(testDescription: name) { [line($0)] }
  }
}

extension Departure.Act {
  /// - Parameter time: when it happens.
  func happen(to tracker: inout ConnectionTracker, at time: Timestamp, _ events: inout [TrackerEvent]) {
    switch self {
    case .nothing: return
    case .icmpError: tracker.process(Self.unreachable(time), into: &events)
    case .eviction:
      let nothing: [UInt8] = []
      var syn = FlowTableTests.segment(from: 7, at: 0)
      syn.time = time
      tracker.process(syn, payload: nothing.span, into: &events)
    }
  }

  /// The server's host has no such port, it says of the client's SYN.
  private static func unreachable(_ time: Timestamp) -> ICMPError {
    ICMPError(
      time: time, frame: 0, reporter: WireScript.server.address, type: 3, code: 3, source: WireScript.client,
      destination: WireScript.server, encapsulation: .none,
      sequence: SequenceNumber(WireScript.clientISN))
  }
}
