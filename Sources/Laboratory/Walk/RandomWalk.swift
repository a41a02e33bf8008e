import GroundTruth

/// Random socket calls on several connections, over a line that loses, delays and reorders at random.
///
/// The seed decides the calls, their order and the pauses between them; what the line does to a packet is drawn from
/// the same seed, but which packet meets which draw depends on the kernel's timing.
struct RandomWalk {
  let seed: UInt64
  private var random: SeededGenerator
  /// The ends of each connection; the accepted one is missing until it was accepted.
  private var connections: [[Side: Socket]] = []
  private var listeners: [Side: Socket] = [:]

  init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
  }

  /// The version of IP this seed walks on.
  var version: IPVersion { seed.isMultiple(of: 2) ? .ipv4 : .ipv6 }

  mutating func run(on lab: Experiment) throws {
    try prepare(lab)
    let steps = Int.random(in: 30...45, using: &random)
    for step in 0..<steps {
      try act(on: lab)
      Clock.sleep(milliseconds: pause())
      if random.chance() < 0.25 { try check(lab, "step \(step)") }
    }
    lab.wait(seconds: 0.3)
    try check(lab, "last")
  }

  private mutating func prepare(_ lab: Experiment) throws {
    for (side, host) in [(Side.a, lab.a), (.b, lab.b)] {
      listeners[side] = try Socket(on: host, port: 8080)
      try listeners[side]?.listen()
    }
    lab.line.setDelay(milliseconds: Int.random(in: 0...12, using: &random))
    lab.line.setNoise(
      LineNoise(
        loss: [0, 0.02, 0.05, 0.1].randomElement(using: &random) ?? 0, duplication: 0.02,
        jitterMilliseconds: Int.random(in: 0...10, using: &random)))
  }

  /// Most pauses are shorter than a retransmission timeout, some longer.
  private mutating func pause() -> Int {
    random.chance() < 0.15 ? Int.random(in: 150...500, using: &random) : Int.random(in: 1...40, using: &random)
  }

  /// One call, drawn before anything is known of how earlier ones went: so the same seed makes the same calls.
  private mutating func act(on lab: Experiment) throws {
    let (draw, pick, fromA) = (random.chance(), Int(random.next() >> 33), random.chance() < 0.5)
    let size = Int.random(in: 1...4000, using: &random)
    accept(lab)
    guard draw >= 0.25, !connections.isEmpty else { return try connect(lab, from: fromA ? .a : .b) }
    guard let socket = connections[pick % connections.count][fromA ? .a : .b] else { return }
    // An error here is the socket's own affair: it may be closed, reset or not yet open.
    switch draw {
    case ..<0.5: _ = try? socket.send(text(size))
    case ..<0.65: _ = try? socket.receiveAvailable()
    case ..<0.78: try? socket.shutdown()
    case ..<0.95: socket.close()
    default: try? socket.abort()
    }
  }

  private mutating func connect(_ lab: Experiment, from side: Side) throws {
    guard connections.count < 6 else { return }
    let client = try Socket(on: side == .a ? lab.a : lab.b, port: 40_000 + UInt16(connections.count))
    try client.startConnecting(to: side == .a ? lab.b : lab.a, port: 8080)
    connections.append([side: client])
  }

  private mutating func accept(_ lab: Experiment) {
    for (side, host) in [(Side.a, lab.a), (.b, lab.b)] {
      while let server = listeners[side.other]?.acceptWaiting(from: host) {
        let index = connections.firstIndex { $0[side]?.port == server.peer?.port }
        if let index { connections[index][side.other] = server }
      }
    }
  }

  /// Takes a checkpoint where the line falls silent for a moment; under steady retransmission it may not.
  private func check(_ lab: Experiment, _ label: String) throws {
    for _ in 0..<40 {
      if let checkpoint = try lab.quietCheckpoint(label) { return lab.add(checkpoint) }
      Clock.sleep(milliseconds: 5)
    }
  }
}
