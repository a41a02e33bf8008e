import Reporting
import Testing

@Suite("CSV as RFC 4180 has it")
struct CSVTests {
  @Test func everyRowHasTheFieldsOfTheHeading() throws {
    let text = rendered(CSVRenderer())
    #expect(text.hasSuffix("\r\n"))
    let rows = text.split(separator: "\r\n").map(fields)
    let heading = try #require(rows.first)
    #expect(rows.count == 7)
    #expect(Set(heading).count == heading.count)
    for row in rows { #expect(row.count == heading.count) }
  }

  @Test func theSentenceKeepsItsCommas() throws {
    let row = try #require(rendered(CSVRenderer()).split(separator: "\r\n").map(fields).dropFirst().first)
    #expect(row.last == SampleFlows.report(on: SampleFlows.fourWay).sentence())
  }

  /// The fields of one record, quotes taken off.
  private func fields(_ record: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in record {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}
