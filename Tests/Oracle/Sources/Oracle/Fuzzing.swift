import Foundation
import Inputs
import PacketDecoding
import Synchronization

/// An input of two bytes that choose settings, and a ``FuzzConversation``.
struct Input {
  var bytes: [UInt8]

  var settings: [Setting] { Setting.forInput(bytes.first ?? 0, bytes.dropFirst().first ?? 0) }

  var steps: [TrackerStep] {
    var input = FuzzInput(Array(bytes.dropFirst(2)))
    var conversation = FuzzConversation()
    var steps: [TrackerStep] = []
    while !input.isAtEnd, steps.count < FuzzConversation.maximumSteps { steps.append(conversation.next(from: &input)) }
    return steps
  }

  var hex: String { bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined() }

  /// The first setting in which it makes a difference.
  func difference() -> (Difference, Setting)? {
    let steps = steps
    for setting in settings {
      if let difference = Difference(over: steps, setting) { return (difference, setting) }
    }
    return nil
  }

  /// Fewer steps that still make a difference: eight bytes a step are left out as long as they can be.
  func minimized() -> Input {
    var smallest = self
    var length = max(8, bytes.count / 16 * 8)
    while length >= 8 {
      var start = 2
      while start < smallest.bytes.count {
        var shorter = smallest
        shorter.bytes.removeSubrange(start..<min(start + length, shorter.bytes.count))
        if shorter.difference() == nil { start += length } else { smallest = shorter }
      }
      length = length / 16 * 8
    }
    return smallest
  }
}

/// Random and mutated inputs through both trackers.
struct Fuzzing {
  var count: Int
  var seed: UInt64
  var jobs: Int
  /// Bytes of an input at most.
  var limit: Int
  /// Captures that are mutated, besides simulated conversations.
  var captures: [String]

  /// Inputs made from one seed, so that what is made does not depend on the number of threads.
  private static let block = 500

  func run() -> Bool {
    let tally = Tally(mostShown: 20)
    let seeds = makeSeeds()
    let next = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while true {
        let start = next.withLock { next in
          defer { next += Self.block }
          return next
        }
        if start >= count { break }
        fuzz(start..<min(count, start + Self.block), seeds, tally)
      }
    }
    return tally.close("inputs")
  }

  private func fuzz(_ numbers: Range<Int>, _ seeds: [[UInt8]], _ tally: Tally) {
    var random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(numbers.lowerBound))
    var mutator = SeededMutator(seed: random.next(), from: seeds)
    for number in numbers {
      let input = Input(bytes: number % 4 == 0 ? randomBytes(&random) : mutated(&mutator, &random))
      guard let (difference, setting) = input.difference() else { continue }
      tally.add(difference, setting.name) {
        let minimized = input.minimized()
        let shown = minimized.difference()
        return "input \(number) of seed \(seed): \(input.hex)\n  minimized: \(minimized.hex)"
          + "\n  \(shown.map { "[\($1.name)] \($0.first)" } ?? "no difference")\n  as it was"
      }
    }
    tally.addCompared(numbers.count)
  }

  private func randomBytes(_ random: inout SeededGenerator) -> [UInt8] {
    (0..<2 + 8 * Int.random(in: 1...min(40, max(1, limit / 8)), using: &random))
      .map { _ in UInt8.random(in: .min ... .max, using: &random) }
  }

  /// A mutated conversation, in settings of its own.
  private func mutated(_ mutator: inout SeededMutator, _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = mutator.next(limit: limit)
    let choice = UInt8.random(in: .min ... .max, using: &random)
    // One in four has a limit on flows, for where flows are evicted little else is told of them.
    if bytes.count > 0 { bytes[0] = choice & 0x60 == 0 ? choice : choice & 7 }
    if bytes.count > 1 { bytes[1] = UInt8.random(in: .min ... .max, using: &random) }
    return bytes
  }

  private func makeSeeds() -> [[UInt8]] {
    let simulated = (0..<60).map {
      FuzzConversation.input(Simulation(seed: $0, loss: Int($0 % 20)).passages.map(\.segment))
    }
    let captured = Capture.paths(under: captures).compactMap { path -> [UInt8]? in
      guard var capture = try? Capture(path) else { return nil }
      let segments = capture.next(120).compactMap { if case .segment(let segment, _) = $0 { segment } else { nil } }
      return segments.isEmpty ? nil : FuzzConversation.input(segments)
    }
    return simulated + captured
  }
}

/// Shows what one input is, and all that differs.
func show(_ input: Input) -> Bool {
  for step in input.steps {
    switch step {
    case .segment(let segment, _):
      print(
        "\(segment.frame) \(segment.time.nanoseconds) \(segment.source) > \(segment.destination) flags",
        String(segment.flags.rawValue, radix: 16), "seq \(segment.sequence.rawValue)",
        "ack \(segment.acknowledgment.map { "\($0.rawValue)" } ?? "-") length \(segment.wirePayloadLength)",
        "win \(segment.window) id \(segment.identification ?? 0)")
    case .icmpError(let error): print("\(error.frame) \(error.time.nanoseconds) ICMP \(error.type) \(error.source)")
    case .silence(let time): print("silence until \(time.nanoseconds)")
    }
  }
  var differs = false
  for setting in input.settings {
    guard let difference = Difference(over: input.steps, setting) else { continue }
    differs = true
    print("[\(setting.name)] \(difference.first)")
    for (field, count) in difference.fields.sorted(by: { $0.key < $1.key }) { print("  \(count) × \(field)") }
  }
  if !differs { print("no difference") }
  return !differs
}
