package import ConnectionTracking
package import PacketDecoding

/// A connection of two simulated hosts over a path that loses, repeats and reorders, as a tap in its middle sees it,
/// with the state each sender was truly in.
///
/// The same seed gives the same conversation.
package struct Simulation {
  package struct Passage {
    package var segment: Segment
    package var payload: [UInt8]
    package var sender: EndpointRole
    /// The sender's state when it had sent this.
    package var state: TCPState
    /// No later segment of the sender has passed before, and all that it had sent until then has passed.
    package var isUpToDate: Bool
  }

  package private(set) var passages: [Passage] = []
  /// An application gave up: not all that was written was sent.
  package private(set) var wasAborted = false
  private var written = [0, 0]

  private enum Event {
    case open
    case write(Int, Int)
    case close(Int)
    case abort(Int)
    case timer(Int)
    case atTap(InFlight)
    case arrival(InFlight)
  }

  private struct InFlight {
    var output: SimulatedHost.Output
    var from: Int
    var number: Int
    /// The sender's SND.NXT.
    var next: Int
  }

  private var random: SeededGenerator
  private var hosts = [SimulatedHost(state: .closed), SimulatedHost(state: .listen)]
  private var queue: [(time: Int, order: Int, event: Event)] = []
  private var scheduled = 0
  private var sent = 0
  private var newest = [-1, -1]
  private var highest = [0, 0]
  private var hasTimer = [false, false]
  /// Milliseconds.
  private var now = 0
  private let loss: Int
  private let lossBeforeTap: Int

  /// - Parameters:
  ///   - loss: segments lost, repeated or held up of a hundred, on their way from the tap.
  ///   - lossBeforeTap: likewise on their way to it; by default as many.
  package init(seed: UInt64, loss: Int, lossBeforeTap: Int? = nil) {
    random = SeededGenerator(seed: seed)
    self.loss = loss
    self.lossBeforeTap = lossBeforeTap ?? loss
    schedule(.open, in: 0)
    for host in 0..<2 { plan(host) }
    while let index = queue.indices.min(by: { (queue[$0].time, queue[$0].order) < (queue[$1].time, queue[$1].order) }),
      passages.count < 2000
    {
      let due = queue.remove(at: index)
      now = due.time
      handle(due.event)
    }
  }

  /// The bytes `sender` writes, each once.
  package func stream(of sender: EndpointRole) -> [UInt8] {
    let host = Int(sender.rawValue)
    return (0..<written[host]).map { Self.byte(at: $0 + 1, of: host) }
  }

  /// What the application of `host` will do, and when.
  private mutating func plan(_ host: Int) {
    var time = Int.random(in: 100...500, using: &random)
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      schedule(.write(host, Int.random(in: 1...500, using: &random)), in: time)
      time += Int.random(in: 0...800, using: &random)
    }
    let aborts = Int.random(in: 0..<100, using: &random) < 10
    schedule(aborts ? .abort(host) : .close(host), in: time + Int.random(in: 0...400, using: &random))
  }

  private mutating func handle(_ event: Event) {
    switch event {
    case .open: act(0) { $0.open() }
    case .write(let host, let count):
      written[host] += count
      act(host) { $0.write(count) }
    case .close(let host): act(host) { $0.close() }
    case .abort(let host):
      wasAborted = true
      act(host) { $0.abort() }
      act(host) { $0.close() }
    case .timer(let host):
      hasTimer[host] = false
      act(host) { $0.retransmit() }
    case .atTap(let segment): pass(segment)
    case .arrival(let segment): act(1 - segment.from) { $0.receive(segment.output) }
    }
  }

  private mutating func act(_ host: Int, _ body: (inout SimulatedHost) -> [SimulatedHost.Output]) {
    for output in body(&hosts[host]) {
      sent += 1
      travel(InFlight(output: output, from: host, number: sent, next: hosts[host].next), lossBeforeTap) { .atTap($0) }
    }
    guard hosts[host].needsTimer, !hasTimer[host] else { return }
    hasTimer[host] = true
    schedule(.timer(host), in: hosts[host].timeout)
  }

  /// Half the path: what is lost does not come, what is repeated comes twice.
  private mutating func travel(_ segment: InFlight, _ loss: Int, _ event: (InFlight) -> Event) {
    for _ in 0..<(happens(loss) ? 0 : happens(loss) ? 2 : 1) {
      schedule(event(segment), in: 10 + Int.random(in: 0...3, using: &random) + (happens(loss) ? 100 : 0))
    }
  }

  private mutating func happens(_ chance: Int) -> Bool { Int.random(in: 0..<100, using: &random) < chance }

  private mutating func schedule(_ event: Event, in milliseconds: Int) {
    scheduled += 1
    queue.append((now + milliseconds, scheduled, event))
  }
}

// MARK: - The tap

extension Simulation {
  private static let isns: [UInt32] = [WireScript.clientISN, WireScript.serverISN]

  private static func byte(at position: Int, of host: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: position &* 31 &+ host &* 7 &+ position / 251)
  }

  private mutating func pass(_ flight: InFlight) {
    let output = flight.output
    let addresses = [WireScript.client, WireScript.server]
    var segment = Segment(
      time: Timestamp(seconds: 1_700_000_000, nanoseconds: Int64(now) * 1_000_000), frame: UInt64(passages.count + 1),
      source: addresses[flight.from], destination: addresses[1 - flight.from],
      sequence: SequenceNumber(Self.isns[flight.from]) + output.sequence,
      acknowledgment: output.acknowledgment.map { SequenceNumber(Self.isns[1 - flight.from]) + $0 },
      flags: output.flags, window: output.flags == .rst ? 0 : 64_240, wirePayloadLength: output.length)
    segment.payload = 0..<output.length
    let payload = (0..<output.length).map { Self.byte(at: output.sequence + $0, of: flight.from) }
    if output.end > output.sequence { highest[flight.from] = max(highest[flight.from], output.end) }
    let isUpToDate = flight.number > newest[flight.from] && highest[flight.from] >= flight.next
    newest[flight.from] = max(newest[flight.from], flight.number)
    passages.append(
      Passage(
        segment: segment, payload: payload, sender: flight.from == 0 ? .client : .server, state: output.state,
        isUpToDate: isUpToDate))
    travel(flight, loss) { .arrival($0) }
  }
}
