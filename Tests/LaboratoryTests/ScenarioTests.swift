import Foundation
import Testing

@testable import laboratory

struct ScenarioTests {
  @Test func namesAreKebabCaseAndUnique() {
    let names = Scenario.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 40)
    for name in names { #expect(name.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil) }
  }

  @Test(arguments: Scenario.all.map(\.name))
  func summariesAreSentences(name: String) throws {
    let scenario = try #require(Scenario.all.first { $0.name == name })
    #expect(scenario.summary.wholeMatch(of: /([A-Z0-9]|tcp_).{20,}\./) != nil)
  }

  @Test func everySampleIsThereAndInTheTable() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "captures")
    let table = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    for sample in Sample.all {
      #expect(Scenario.all.contains { $0.name == sample.scenario })
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: "\(sample.path).pcap").path))
      #expect(table.contains("`\(sample.path).pcap`"))
    }
  }

  @Test func generatedTextIsLinesOfSixtyFour() {
    let lines = String(decoding: text(200), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.map(\.count) == [63, 63, 63, 8])
  }
}
