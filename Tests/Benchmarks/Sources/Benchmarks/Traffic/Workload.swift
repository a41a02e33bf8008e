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

  /// How many connections a capture of `scale` holds.
  func flows(at scale: Double) -> Int {
    switch self {
    case .short, .short96, .open: Int(1e6 * scale)
    case .elephants: 50
    case .synFlood: Int(5e6 * scale)
    }
  }

  /// Makes the capture.
  ///
  /// - Returns: how many packets it holds.
  func write(to path: String, scale: Double, seed: UInt64) throws -> Int {
    var file = try PacketFile(path: path, snapLength: self == .short96 ? 96 : 262_144)
    var generator = SplitMix(seed: seed)
    switch self {
    case .short, .short96: ShortConnections(count: flows(at: scale)).write(&file, &generator)
    case .elephants: writeElephants(Int(2e6 * scale), &file, &generator)
    case .synFlood: SynFlood(count: flows(at: scale)).write(&file, &generator)
    case .open: writeOpen(flows(at: scale), &file, &generator)
    }
    return file.finish()
  }

  /// Bursts of full segments, acknowledged every fourth.
  private func writeElephants(_ segments: Int, _ file: inout PacketFile, _ generator: inout SplitMix) {
    var flows = (0..<50).map { Elephant($0, &generator) }
    for index in flows.indices { flows[index].open(&file) }
    var sent = 0
    while sent < segments {
      let length = min(1 + generator.next(below: 16), segments - sent)
      sent += flows[generator.next(below: flows.count)].burst(length, &file, &generator)
    }
    for index in flows.indices { flows[index].close(&file) }
  }

  /// Every connection takes its first step, then every one its second, each time in another order.
  private func writeOpen(_ flows: Int, _ file: inout PacketFile, _ generator: inout SplitMix) {
    for step in 0..<8 {
      var order = Array(0..<flows)
      order.shuffle(using: &generator)
      for index in order {
        var own = SplitMix(seed: UInt64(index))
        let conversation = Conversation.small(index, &own)
        file.time += UInt64(1 + generator.next(below: 9))
        file.write(conversation.frames[step], conversation.pair)
      }
    }
  }
}

/// Whole connections, each next segment that of a random one.
struct ShortConnections {
  var count: Int
  /// How many there are at a time.
  var width = 10_000
  /// Microseconds between two segments, on average.
  var pace = 5
  /// Whether all are closed in the end; otherwise some are left open, as on a network.
  var isClosed = false

  func write(_ file: inout PacketFile, _ generator: inout SplitMix) {
    var begun = 0
    var running: [(conversation: Conversation, step: Int)] = []
    while !file.isBroken, begun < count || !running.isEmpty {
      while begun < count, running.count < width {
        running.append((Conversation.short(begun, isClosed: isClosed, &generator), 0))
        begun += 1
      }
      let turn = generator.next(below: running.count)
      file.time += UInt64(1 + generator.next(below: 2 * pace - 1))
      file.write(running[turn].conversation.frames[running[turn].step], running[turn].conversation.pair)
      running[turn].step += 1
      if running[turn].step == running[turn].conversation.frames.count {
        running.swapAt(turn, running.count - 1)
        running.removeLast()
      }
    }
  }
}

/// SYNs with nothing but an MSS, each from an address and port of its own.
struct SynFlood {
  var count: Int

  func write(_ file: inout PacketFile, _ generator: inout SplitMix) {
    for attempt in 0..<count {
      if file.isBroken { return }
      // Odd, so that no two attempts of the 2^32 are the same.
      let source = UInt32(truncatingIfNeeded: attempt) &* 2_654_435_761
      let pair = AddressPair(
        client: 0x0B00_0000 &+ (source >> 16) &* 251, server: 0xC0A8_0001,
        clientPort: UInt16(truncatingIfNeeded: source), serverPort: 80)
      file.time += 1
      let sequence = UInt32(truncatingIfNeeded: generator.next())
      file.write(
        PacketFile.Frame(
          isFromClient: true, flags: PacketFile.syn, sequence: sequence, acknowledgment: 0, window: 1024,
          options: [2, 4, 5, 0xB4]), pair)
    }
  }
}
