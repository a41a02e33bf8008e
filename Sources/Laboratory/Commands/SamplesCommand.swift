import ArgumentParser
import Foundation

struct SamplesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "samples", abstract: "Record anew the captures that come with the project, and the table of them.")

  @Option(name: .shortAndLong, help: "The directory they go to.")
  var output = "captures"

  func run() throws {
    try Session.run { session in
      try SampleCollection(directory: URL(fileURLWithPath: output)).record(in: session)
    }
  }
}
