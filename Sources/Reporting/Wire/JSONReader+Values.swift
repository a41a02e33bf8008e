import Anomalies
import ConnectionTracking
import PacketDecoding

// The values of the output contract.

extension JSONReader {
  /// Reads a word of a fixed list.
  mutating func word<Value: RawRepresentable<String>>(_ type: Value.Type = Value.self) throws -> Value {
    try word { Value(rawValue: $0) }
  }

  /// Reads a word that `meaning` knows.
  mutating func word<Value>(_ meaning: (String) -> Value?) throws -> Value {
    let start = offset
    let text = try string()
    guard let value = meaning(text) else { throw JSONProblem(message: "an unknown word: \(text)", offset: start) }
    return value
  }

  /// Reads an identifier, as of a rule or a reason: letters, digits and hyphens, so that every report may show it as it is.
  mutating func identifier() throws -> String {
    try word { text in
      let isPlain = text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (0x30...0x39).contains(byte)
          || byte == UInt8(ascii: "-")
      }
      return isPlain && !text.isEmpty ? text : nil
    }
  }

  /// Reads how many there are of something, or how far apart two numbers are: of such, some thousands may be added up.
  mutating func count() throws -> Int {
    let start = offset
    let value: Int = try integer()
    guard value.magnitude <= Self.mostCounted else {
      throw JSONProblem(message: "no number that fits here", offset: start)
    }
    return value
  }

  /// Far more than there are packets or bytes in any capture.
  private static var mostCounted: UInt { 1 << 48 }

  /// Reads a state, in any dialect's spelling; nil is UNKNOWN.
  mutating func state() throws -> TCPState? {
    let state: TCPState?? = try word { StateNames.state(named: $0) }
    return state ?? nil
  }

  mutating func role() throws -> EndpointRole {
    try word { word in EndpointRole.allCases.first { $0.word == word } }
  }

  mutating func address() throws -> IPAddress { try word { IPAddress($0) } }

  mutating func socketAddress() throws -> SocketAddress {
    var (address, port): (IPAddress?, UInt16?)
    try object { reader, name in
      switch name {
      case "address": address = try reader.address()
      case "port": port = try reader.integer()
      default: try reader.skip()
      }
    }
    return SocketAddress(address: try require(address, "address"), port: try require(port, "port"))
  }

  /// Reads a moment as RFC 3339 has it, in UTC, with nine decimals.
  mutating func time() throws -> Timestamp { try word { Timestamp(rfc3339: $0) } }

  /// - Throws: that the member `name` is missing, where `value` is nil.
  func require<Value>(_ value: Value?, _ name: String) throws -> Value {
    guard let value else { throw problem("\"\(name)\" is missing") }
    return value
  }
}

extension Timestamp {
  /// Reads `2026-11-20T23:56:12.301421000Z`, in UTC and with nine decimals; nil for anything else.
  init?(rfc3339 text: String) {
    let form = Array("0000-00-00T00:00:00.000000000Z".utf8)
    let bytes = Array(text.utf8)
    guard bytes.count == form.count else { return nil }
    for (byte, expected) in zip(bytes, form) {
      let fits = expected == UInt8(ascii: "0") ? 0x30...0x39 ~= byte : byte == expected
      if !fits { return nil }
    }
    func number(_ range: Range<Int>) -> Int64 { bytes[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) } }
    let date = CivilDate(year: number(0..<4), month: number(5..<7), day: number(8..<10))
    guard date.month == number(5..<7), date.day == number(8..<10), number(11..<13) < 24, number(14..<16) < 60,
      number(17..<19) < 60
    else { return nil }
    let minutes = (date.daysSinceEpoch * 24 + number(11..<13)) * 60 + number(14..<16)
    self = Timestamp(exactSeconds: minutes * 60 + number(17..<19), nanoseconds: number(20..<29))
  }

  /// Without an overflow on the way to the earliest moment that there is.
  private init(exactSeconds seconds: Int64, nanoseconds: Int64) {
    let sum = Int128(seconds) * 1_000_000_000 + Int128(nanoseconds)
    self.init(nanoseconds: Int64(clamping: sum))
  }
}
