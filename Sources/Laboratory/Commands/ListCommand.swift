import ArgumentParser

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the scenarios that can be recorded.")

  func run() {
    let width = Scenario.all.map(\.name.count).max() ?? 0
    for scenario in Scenario.all {
      let name = scenario.name + String(repeating: " ", count: width - scenario.name.count)
      print("\(name)  \(scenario.summary)\(scenario.isSlow ? " (slow)" : "")")
    }
  }
}
