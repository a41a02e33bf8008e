import ArgumentParser

struct WalkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "walk", abstract: "Record random socket calls under random loss; the same seed makes the same calls.")

  @Option(help: "The first walk's seed; random where none is given. The others count on from it.")
  var seed: UInt64?

  @Option(help: "How many walks.")
  var count = 1

  @Option(name: .shortAndLong, help: "The directory the recordings go to.")
  var output: String

  func run() throws {
    let first = seed ?? UInt64.random(in: 0..<1_000_000_000)
    try Session.run { session in
      let recorder = try Recorder(directory: output)
      for offset in 0..<UInt64(max(0, count)) {
        let seed = first &+ offset
        try session.attempt("walk-\(seed)") { try recorder.record(walk: seed) }
      }
    }
  }
}
