import Testing

@testable import Reporting

@Suite("JSON, front to back")
struct JSONReaderTests {
  @Test(arguments: [
    ("0", 0), ("5.001", 5_001_000_000), ("-0.25", -250_000_000), ("7.1e-05", 71_000), ("1E3", 1_000_000_000_000),
    ("0.30000000000000004", 300_000_000), ("0.0000000005", 1), ("0.00000000049", 0), ("9223372036.854775807", .max),
    ("-9223372036.854775808", .min), ("0e99999999", 0),
  ])
  func secondsAreExact(text: String, nanoseconds: Int64) throws {
    var reader = JSONReader(Array(text.utf8))
    #expect(try reader.seconds() == nanoseconds)
    try reader.end()
  }

  @Test(arguments: ["9223372036.854775808", "1e300", "-", ".5", "1e", "true", "", "1e99999999999999999999999"])
  func noSeconds(text: String) {
    var reader = JSONReader(Array(text.utf8))
    #expect(throws: JSONProblem.self) { try reader.seconds() }
  }

  @Test(arguments: [("12", 12), ("1.20e2", 120), ("-3", -3), ("65535", 65_535)])
  func integers(text: String, value: Int) throws {
    var reader = JSONReader(Array(text.utf8))
    #expect(try reader.integer(Int.self) == value)
  }

  @Test(arguments: ["65536", "-1", "1.5", "12e-1"])
  func noPort(text: String) {
    var reader = JSONReader(Array(text.utf8))
    #expect(throws: JSONProblem.self) { try reader.integer(UInt16.self) }
  }

  @Test(arguments: [
    (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\ud83c\udf27z""#, "\u{e9}\u{1f327}z"),
    ("\"\u{e9}\u{1f327}\"", "\u{e9}\u{1f327}"),
  ])
  func strings(text: String, value: String) throws {
    var reader = JSONReader(Array(text.utf8))
    #expect(try reader.string() == value)
    try reader.end()
  }

  @Test(arguments: [#""\ud83c""#, #""\ud83c\u0041""#, #""\udf27""#, #""\x""#, #""\u12""#, "\"abc", #""abc\"#])
  func noString(text: String) {
    var reader = JSONReader(Array(text.utf8))
    #expect(throws: JSONProblem.self) { try reader.string() }
  }

  /// However deep values lie in each other, the stack holds.
  @Test func depthIsLimited() {
    var reader = JSONReader(Array(repeating: UInt8(ascii: "["), count: 1_000_000))
    #expect(throws: JSONProblem.self) { try reader.skip() }
  }

  /// Every date there is comes back from its text.
  @Test func datesComeBack() {
    for days in stride(from: Int64(-106_751), through: 106_751, by: 1) {
      let date = CivilDate(daysSinceEpoch: days)
      #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
    }
  }
}
