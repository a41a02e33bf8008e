import Foundation

/// What is measured. At scale 1: a million short connections, ten thousand at a time; two million segments of 1514
/// bytes in fifty connections; the first one cut to 96 bytes a packet; five million SYNs from as many sources; a
/// million connections that are all open at once.
enum Workload: String, CaseIterable {
  case short
  case elephants
  case short96 = "short-96"
  case synFlood = "syn-flood"
  case open

  /// The most it may cost, as a multiple of the floor.
  var bar: Double {
    switch self {
    case .short: 2.5
    case .elephants: 0.8
    case .short96, .open: 4
    case .synFlood: 5
    }
  }

  /// Makes the capture.
  ///
  /// - Returns: how many packets it holds.
  func write(to path: String, scale: Double, seed: UInt64) throws -> Int {
    var file = try PacketFile(path: path, snapLength: self == .short96 ? 96 : 262_144)
    var generator = SplitMix(seed: seed)
    switch self {
    case .short, .short96: try writeShort(Int(1e6 * scale), &file, &generator)
    case .elephants: try writeElephants(Int(2e6 * scale), &file, &generator)
    case .synFlood: try writeFlood(Int(5e6 * scale), &file, &generator)
    case .open: try writeOpen(Int(1e6 * scale), &file, &generator)
    }
    try file.flush()
    return file.packets
  }

  /// Whole connections, each step of a random one.
  private func writeShort(_ flows: Int, _ file: inout PacketFile, _ generator: inout SplitMix) throws {
    var begun = 0
    var running: [(conversation: Conversation, step: Int)] = []
    while begun < flows || !running.isEmpty {
      if begun < flows, running.count < min(10_000, flows) {
        running.append((Conversation.short(begun, &generator), 0))
        begun += 1
      }
      let turn = generator.next(below: running.count)
      file.time += UInt64(1 + generator.next(below: 9))
      try file.write(running[turn].conversation.frames[running[turn].step], running[turn].conversation.pair)
      running[turn].step += 1
      if running[turn].step == running[turn].conversation.frames.count {
        running.swapAt(turn, running.count - 1)
        running.removeLast()
      }
    }
  }

  /// Bursts of full segments, acknowledged every fourth.
  private func writeElephants(_ segments: Int, _ file: inout PacketFile, _ generator: inout SplitMix) throws {
    var flows = (0..<50).map { index in
      Elephant(pair: AddressPair(index * 977), sequence: UInt32.max - UInt32(index) * 90_000)
    }
    for index in flows.indices { try flows[index].open(&file) }
    for segment in 0..<segments {
      let index = segment / 12 % flows.count
      file.time += 12
      try flows[index].send(acknowledged: segment % 4 == 3, &file)
    }
  }

  private func writeFlood(_ attempts: Int, _ file: inout PacketFile, _ generator: inout SplitMix) throws {
    for attempt in 0..<attempts {
      let source = UInt32(truncatingIfNeeded: attempt) &* 2_654_435_761
      let pair = AddressPair(
        client: 0x0B00_0000 &+ (source >> 16) &* 251, server: 0xC0A8_0001,
        clientPort: UInt16(truncatingIfNeeded: source),
        serverPort: 80)
      file.time += 1
      let sequence = UInt32(truncatingIfNeeded: generator.next())
      try file.write(
        PacketFile.Frame(isFromClient: true, flags: PacketFile.syn, sequence: sequence, acknowledgment: 0), pair)
    }
  }

  /// Every connection takes its first step, then every one its second, each time in another order.
  private func writeOpen(_ flows: Int, _ file: inout PacketFile, _ generator: inout SplitMix) throws {
    let steps = 8
    for step in 0..<steps {
      var order = Array(0..<flows)
      order.shuffle(using: &generator)
      for index in order {
        var own = SplitMix(seed: UInt64(index))
        var conversation = Conversation(index, &own)
        conversation.open()
        conversation.add(fromClient: true, PacketFile.ack, payload: 54)
        conversation.add(fromClient: false, PacketFile.ack)
        conversation.add(fromClient: true, PacketFile.fin | PacketFile.ack)
        conversation.add(fromClient: false, PacketFile.fin | PacketFile.ack)
        conversation.add(fromClient: true, PacketFile.ack)
        file.time += UInt64(1 + generator.next(below: 9))
        try file.write(conversation.frames[step], conversation.pair)
      }
    }
  }
}

/// A connection that carries nothing but full segments from its server.
private struct Elephant {
  let pair: AddressPair
  var sequence: UInt32

  mutating func open(_ file: inout PacketFile) throws {
    let isn = sequence
    let syn = PacketFile.Frame(
      isFromClient: true, flags: PacketFile.syn, sequence: 0, acknowledgment: 0, window: 64_240)
    let answer = PacketFile.Frame(
      isFromClient: false, flags: PacketFile.syn | PacketFile.ack, sequence: isn, acknowledgment: 1, window: 65_160)
    sequence = isn &+ 1
    let ack = PacketFile.Frame(isFromClient: true, flags: PacketFile.ack, sequence: 1, acknowledgment: sequence)
    for frame in [syn, answer, ack] {
      file.time += 200
      try file.write(frame, pair)
    }
  }

  mutating func send(acknowledged: Bool, _ file: inout PacketFile) throws {
    try file.write(
      PacketFile.Frame(
        isFromClient: false, flags: PacketFile.ack, sequence: sequence, acknowledgment: 1, payload: 1448, window: 509),
      pair)
    sequence &+= 1448
    guard acknowledged else { return }
    try file.write(
      PacketFile.Frame(
        isFromClient: true, flags: PacketFile.ack, sequence: 1, acknowledgment: sequence, window: 24_000), pair)
  }
}
