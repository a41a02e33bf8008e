import PacketDecoding
import Reporting
import TestSupport
import Testing

@Suite("What the output buffer writes")
struct OutputBufferTests {
  @Test(
    arguments: zip(
      [0, 9, 10, 99, 100, -1, Int.max, Int.min],
      ["0", "9", "10", "99", "100", "-1", "9223372036854775807", "-9223372036854775808"]))
  func integers(value: Int, text: String) {
    #expect(written { $0.append(value) } == text)
  }

  @Test func theLargestUnsigned() {
    #expect(written { $0.append(UInt64.max) } == "18446744073709551615")
  }

  /// Around every power of ten, where the number of digits changes, and at random lengths between.
  @Test func numbersOfEveryLength() {
    var generator = SeededGenerator(seed: 20)
    var numbers: [UInt64] = (0..<20).flatMap { exponent in
      let power = (0..<exponent).reduce(UInt64(1)) { result, _ in result &* 10 }
      return [power &- 1, power, power + 1]
    }
    for _ in 0..<3000 { numbers.append(generator.next() >> (generator.next() % 64)) }
    for number in numbers {
      #expect(written { $0.append(number) } == "\(number)")
      let last = "\(number)".suffix(9)
      let padded = String(repeating: "0", count: 9 - last.count) + last
      #expect(written { $0.append(number, digits: 9) } == padded)
      #expect(written { $0.append(number, digits: 3) } == padded.suffix(3))
    }
    #expect(written { $0.append(.max, digits: 20) } == "18446744073709551615")
    #expect(written { $0.append(7, digits: 0) } == "")
  }

  @Test(
    arguments: zip(
      [0, 1, 1_000_000_000, 5_001_000_000, -250_000_000, 123_456_789, Int64.min, Int64.max],
      [
        "0", "0.000000001", "1", "5.001", "-0.25", "0.123456789", "-9223372036.854775808", "9223372036.854775807",
      ]))
  func durationsAreExact(nanoseconds: Int64, text: String) {
    #expect(written { $0.append(seconds: nanoseconds) } == text)
  }

  @Test(arguments: zip([3, 6, 9, 1], ["1.999", "1.999999", "1.999999999", "1.9"]))
  func durationsAreCutOffAndNeverRoundedUp(decimals: Int, text: String) {
    #expect(written { $0.append(seconds: 1_999_999_999, decimals: decimals) } == text)
  }

  @Test(
    arguments: zip(
      [0, 1_795_218_972_301_421_000, -1, 951_782_400_000_000_000, 4_107_542_400_000_000_000, Int64.min, Int64.max],
      [
        "1970-01-01T00:00:00.000000000Z", "2026-11-20T23:56:12.301421000Z", "1969-12-31T23:59:59.999999999Z",
        "2000-02-29T00:00:00.000000000Z", "2100-03-01T00:00:00.000000000Z", "1677-09-21T00:12:43.145224192Z",
        "2262-04-11T23:47:16.854775807Z",
      ]))
  func timestamps(nanoseconds: Int64, text: String) {
    #expect(written { $0.append(Timestamp(nanoseconds: nanoseconds)) } == text)
  }

  @Test(
    arguments: zip(
      [0, -1, 1_795_218_972_301_421_999, Int64.min, Int64.max],
      ["00:00:00.000000", "23:59:59.999999", "23:56:12.301421", "00:12:43.145224", "23:47:16.854775"]))
  func timesOfDay(nanoseconds: Int64, text: String) {
    #expect(written { $0.append(timeOfDay: Timestamp(nanoseconds: nanoseconds)) } == text)
  }

  /// The second before is kept, and must not be taken for another.
  @Test func momentsOneAfterTheOther() {
    let moments: [Int64] = [0, 999_999_999, 1_000_000_000, -1, 0, -1_000_000_000, -1_000_000_001, .max, .min, .max]
    let together = written { output in for moment in moments { output.append(Timestamp(nanoseconds: moment)) } }
    let apart = moments.map { moment in written { $0.append(Timestamp(nanoseconds: moment)) } }
    #expect(together == apart.joined())
  }

  @Test func everyOctet() {
    for octet in 0..<256 as Range<UInt32> {
      let address = IPAddress(v4: octet << 24 | (255 - octet) << 16 | octet << 8 | octet)
      #expect(written { $0.append(address) } == "\(octet).\(255 - octet).\(octet).\(octet)")
    }
  }

  @Test func everyDayFollowsTheOneBefore() {
    // From 1677 on, where the range of a timestamp begins.
    var (year, month, day) = (1678, 1, 1)
    for days in -106_650..<106_000 as Range<Int64> {
      let time = written { $0.append(Timestamp(nanoseconds: days * 86_400_000_000_000)) }
      let expected = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)T00:00:00.000000000Z"
      guard time == expected else {
        Issue.record("\(days) days after the epoch it is \(expected), not \(time)")
        return
      }
      (year, month, day) = Self.dayAfter(year, month, day)
    }
  }

  /// The calendar as one counts it by hand.
  private static func dayAfter(_ year: Int, _ month: Int, _ day: Int) -> (Int, Int, Int) {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if day < lengths[month - 1] { return (year, month, day + 1) }
    return month == 12 ? (year + 1, 1, 1) : (year, month + 1, 1)
  }

  /// The examples of RFC 5952 §4 and §5.
  @Test(
    arguments: [
      (0x2001_0db8_0000_0000, 0x0000_0000_0002_0001, "2001:db8::2:1"),
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
      (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
      (0, 0, "::"), (0, 1, "::1"), (0xfe80_0000_0000_0000, 0, "fe80::"),
      (0, 0xffff_c000_0201, "::ffff:192.0.2.1"),
      (0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
      (0x0001_0002_0003_0004, 0x0005_0006_0007_0000, "1:2:3:4:5:6:7:0"),
      (0x0000_0002_0003_0004, 0x0005_0006_0000_0000, "0:2:3:4:5:6::"),
    ] as [(UInt64, UInt64, String)])
  func addresses(high: UInt64, low: UInt64, text: String) {
    #expect(written { $0.append(IPAddress(v6High: high, low: low)) } == text)
  }

  @Test func ends() {
    #expect(written { $0.append(SampleFlows.client) } == "10.77.0.1:40000")
    #expect(written { $0.append(SampleFlows.client6) } == "[2001:db8::1]:50123")
  }

  @Test(arguments: [1, 64, 100, 4096])
  func whatComesInPiecesGoesOutWhole(capacity: Int) {
    let pieces = (0..<500).map { String(repeating: "\($0) ", count: $0 % 7) }
    var received: [UInt8] = []
    var output = OutputBuffer(capacity: capacity) { bytes in
      for index in bytes.indices { received.append(bytes[index]) }
    }
    for piece in pieces { output.append(piece) }
    output.append(String(repeating: "x", count: 10_000))
    output.flush()
    #expect(String(decoding: received, as: UTF8.self) == pieces.joined() + String(repeating: "x", count: 10_000))
  }

  /// What is stored in words of eight bytes begins anywhere before the end of the buffer.
  @Test(arguments: 64...100)
  func numbersAndMomentsMeetTheEnd(capacity: Int) {
    var received: [UInt8] = []
    var output = OutputBuffer(capacity: capacity) { bytes in
      for index in bytes.indices { received.append(bytes[index]) }
    }
    for number in 0..<200 {
      output.append(number * number)
      output.append(Timestamp(nanoseconds: Int64(number)))
      output.append(byte: UInt8(ascii: ","), count: number % 9)
    }
    output.flush()
    let expected = (0..<200).map { number in
      let moment = written { $0.append(Timestamp(nanoseconds: Int64(number))) }
      return "\(number * number)\(moment)" + String(repeating: ",", count: number % 9)
    }
    #expect(String(decoding: received, as: UTF8.self) == expected.joined())
  }

  @Test func theFirstErrorIsKeptAndNothingFollowsIt() {
    struct Full: Error, Equatable { let attempt: Int }
    var attempts = 0
    var output = OutputBuffer(capacity: 64) { _ in
      attempts += 1
      throw Full(attempt: attempts)
    }
    for _ in 0..<100 { output.append("sixteen bytes...") }
    output.flush()
    #expect(output.failure as? Full == Full(attempt: 1))
    #expect(attempts == 1)
  }
}

/// What `body` appends to an empty buffer.
func written(_ body: (inout OutputBuffer) -> Void) -> String {
  var output = OutputBuffer()
  body(&output)
  return output.text
}
