/// A short script of socket calls on both hosts, and of what the line does meanwhile.
struct Scenario: Sendable {
  /// Kebab-case, by the behaviour it shows.
  let name: String
  /// One sentence: what it shows.
  let summary: String
  /// Takes longer than a few seconds; left out unless asked for.
  var isSlow = false
  let script: @Sendable (Experiment) throws -> Void

  init(
    _ name: String, _ summary: String, slow: Bool = false, _ script: @escaping @Sendable (Experiment) throws -> Void
  ) {
    self.name = name
    self.summary = summary
    self.isSlow = slow
    self.script = script
  }
}

extension Scenario {
  /// Every scenario, in the order of the documentation.
  static let all: [Scenario] = [
    opening, closing, resetting, losing, waiting, windows, forging, options, translating,
  ].flatMap { $0 }
}

/// Generated text in lines of 64: no capture holds anything that is not ours.
func text(_ count: Int) -> [UInt8] {
  (0..<count).map { position -> UInt8 in
    let (line, column) = position.quotientAndRemainder(dividingBy: 64)
    return column == 63 ? 10 : 97 + UInt8((line + column) % 26)
  }
}
