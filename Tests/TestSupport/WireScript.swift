package import ConnectionTracking
package import PacketDecoding

/// A conversation between a client and a server, and the state of both ends after each line.
///
/// ```
/// 0.000 c S 0:0(0) <mss 1460,wscale 7>        | SYN_SENT      SYN_RCVD?
/// 0.010 s S. 0:0(0) ack 1                     | ESTABLISHED?  SYN_RCVD
/// 0.020 c . 1:1(0) ack 1                      | ESTABLISHED   ESTABLISHED?
/// 60.000 -                                    | CLOSED        CLOSED
/// ```
///
/// A line is a time in seconds, who sends (`c`, `s`, or `-` where only time passes), the flags (`S F R P U E W A` and
/// `.` for ACK, `0` for none), the sequence numbers relative to the sender's ISN as `start:end(length)`, `ack`, `win`
/// and options, `id` and `ttl` of the IP header, `urg` pointer and `badsum`, the payload in quotes, and `cut N` where
/// only its first bytes were captured; behind the bar the client's and the server's state, `?` where it is presumed,
/// `-` for UNKNOWN. Both ISNs lie just below 2³², so that every conversation wraps. Lines that begin with `#` are
/// comments.
package struct WireScript {
  package static let clientISN: UInt32 = 0xFFFF_FF00
  package static let serverISN: UInt32 = 0xFFFF_FFFA

  package struct Line {
    package var text: String
    package var time: Timestamp
    package var segment: Segment?
    package var payload: [UInt8] = []
    package var expected: [String]
  }

  package var lines: [Line] = []
  package static let client = SocketAddress(address: IPAddress(v4: 0x0A00_0001), port: 40_000)
  package static let server = SocketAddress(address: IPAddress(v4: 0x0A00_0002), port: 80)

  package struct SyntaxError: Error, CustomStringConvertible { package var description: String }

  /// Reads a script.
  ///
  /// - Parameter selfConnect: both ends are the same socket.
  package init(_ text: String, selfConnect: Bool = false) throws {
    var frame: UInt64 = 0
    for line in text.split(separator: "\n") where !line.trimmed.isEmpty && !line.trimmed.hasPrefix("#") {
      frame += 1
      lines.append(try Parser(line: line.trimmed, frame: frame, selfConnect: selfConnect).parse())
    }
  }

  /// Feeds the conversation to a tracker.
  ///
  /// - Returns: each line whose states are not the expected ones, with what they were; empty when all agree.
  package func mismatches(stack: StackProfile = .linux) -> [String] {
    var result: [String] = []
    run(stack: stack) { line, flow in
      guard !line.expected.isEmpty else { return }
      let actual = [Self.word(flow?.clientEnd), Self.word(flow?.serverEnd)]
      if actual != line.expected { result.append("\(line.text)  but was: \(actual.joined(separator: " "))") }
    }
    return result
  }

  /// The flows at the end of the conversation, in order of their number.
  package func flows(stack: StackProfile = .linux) -> [Flow] {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    let ended = events(configuration).compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
    return ended.sorted { $0.number < $1.number }
  }

  /// All that a tracker says of the conversation, to its end.
  package func events(_ configuration: TrackerConfiguration) -> [TrackerEvent] {
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for line in lines { Self.feed(line, to: &tracker, &events) }
    tracker.finish(into: &events)
    return events
  }

  private func run(stack: StackProfile, _ visit: (Line, Flow?) -> Void) {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    var tracker = ConnectionTracker(configuration)
    var newest: Flow?
    for line in lines {
      var events: [TrackerEvent] = []
      Self.feed(line, to: &tracker, &events)
      for case .ended(let flow) in events { newest = flow }
      newest = tracker.snapshot().last ?? newest
      visit(line, newest)
    }
  }

  private static func feed(_ line: Line, to tracker: inout ConnectionTracker, _ events: inout [TrackerEvent]) {
    guard let segment = line.segment else { return tracker.advance(to: line.time, into: &events) }
    tracker.process(segment, payload: line.payload.span, into: &events)
  }

  private static func word(_ end: EndpointSummary?) -> String {
    guard let end, let state = end.state else { return "-" }
    return names[Int(state.rawValue)] + (end.isPresumed ? "?" : "")
  }

  private static let names = [
    "CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING",
    "LAST_ACK", "TIME_WAIT",
  ]
}

extension Substring {
  fileprivate var trimmed: Substring {
    var result = self
    while result.first?.isWhitespace == true { result.removeFirst() }
    while result.last?.isWhitespace == true { result.removeLast() }
    return result
  }
}

/// Reads one line of a script.
private struct Parser {
  let line: Substring
  let frame: UInt64
  let selfConnect: Bool

  func parse() throws -> WireScript.Line {
    let halves = line.split(separator: "|", maxSplits: 1)
    let words = halves[0].split(separator: " ")
    let expected = halves.count > 1 ? halves[1].split(separator: " ").map(String.init) : []
    guard words.count >= 2, let time = seconds(words[0]) else { throw error("a time and a sender") }
    var result = WireScript.Line(text: String(line), time: time, expected: expected)
    guard words[1] != "-" else { return result }
    let segment = try segment(words, at: time)
    result.segment = segment
    result.payload = payload(of: segment, shift: number(after: "data", words) ?? 0)
    if let captured = number(after: "cut", words) { result.payload.removeLast(result.payload.count - captured) }
    return result
  }

  /// The text in quotes, or bytes that follow from their position, others for another `shift`.
  private func payload(of segment: Segment, shift: Int) -> [UInt8] {
    if let quoted = line.split(separator: "\"", omittingEmptySubsequences: false).dropFirst().first {
      return Array(quoted.utf8)
    }
    return (0..<segment.wirePayloadLength).map {
      UInt8(truncatingIfNeeded: $0 &+ shift &+ Int(segment.sequence.rawValue))
    }
  }

  private func segment(_ words: [Substring], at time: Timestamp) throws -> Segment {
    guard words.count >= 4, words[1] == "c" || words[1] == "s" else { throw error("c or s, flags and a sequence") }
    let fromClient = words[1] == "c"
    let ends = selfConnect ? (WireScript.client, WireScript.client) : (WireScript.client, WireScript.server)
    let numbers = words[3].split { $0 == ":" || $0 == "(" || $0 == ")" }.compactMap { Int($0) }
    guard numbers.count == 3 else { throw error("start:end(length)") }
    let own = fromClient || selfConnect ? WireScript.clientISN : WireScript.serverISN
    let other = fromClient && !selfConnect ? WireScript.serverISN : WireScript.clientISN
    var segment = Segment(
      time: time, frame: frame, source: fromClient ? ends.0 : ends.1, destination: fromClient ? ends.1 : ends.0,
      sequence: SequenceNumber(own) + numbers[0], flags: try flags(words[2]), window: words[2] == "R" ? 0 : 64_240,
      wirePayloadLength: numbers[2])
    segment.wireLength = numbers[2] + 40
    segment.payload = 0..<numbers[2]
    if segment.flags.contains(.ack) {
      guard let acknowledgment = number(after: "ack", words) else { throw error("ack N") }
      segment.acknowledgment = SequenceNumber(other) + acknowledgment
    }
    if let window = number(after: "win", words) { segment.window = UInt16(window) }
    if let identification = number(after: "id", words) { segment.identification = UInt16(identification) }
    if let timeToLive = number(after: "ttl", words) { segment.timeToLive = UInt8(timeToLive) }
    if let pointer = number(after: "urg", words) { segment.urgentPointer = UInt16(pointer) }
    if words.contains("badsum") { segment.checksum = .invalid }
    try readOptions(into: &segment)
    return segment
  }

  private func flags(_ word: Substring) throws -> TCPFlags {
    var flags: TCPFlags = []
    for letter in word {
      switch letter {
      case "S": flags.insert(.syn)
      case "F": flags.insert(.fin)
      case "R": flags.insert(.rst)
      case "P": flags.insert(.psh)
      case "U": flags.insert(.urg)
      case "E": flags.insert(.ece)
      case "W": flags.insert(.cwr)
      case "A": flags.insert(.ae)
      case ".": flags.insert(.ack)
      case "0": break
      default: throw error("flags")
      }
    }
    return flags
  }

  private func readOptions(into segment: inout Segment) throws {
    guard let open = line.firstIndex(of: "<"), let close = line.firstIndex(of: ">"), open < close else { return }
    for option in line[line.index(after: open)..<close].split(separator: ",") {
      let words = option.split(separator: " ")
      let values = words.dropFirst().compactMap { Int($0) }
      switch words.first {
      case "mss":
        segment.options.kinds.insert(.maximumSegmentSize)
        segment.options.maximumSegmentSize = UInt16(values.first ?? 0)
      case "wscale":
        segment.options.kinds.insert(.windowScale)
        segment.options.windowScale = UInt8(values.first ?? 0)
      case "sackOK": segment.options.kinds.insert(.sackPermitted)
      case "mptcp": segment.options.kinds.insert(.multipath)
      case "tfo":
        segment.options.kinds.insert(.fastOpen)
        segment.options.fastOpenCookieLength = UInt8(values.first ?? 0)
      case "TS":
        segment.options.kinds.insert(.timestamps)
        segment.options.timestampValue = UInt32(values.first ?? 0)
        segment.options.timestampEcho = UInt32(values.last ?? 0)
      case "sack": try readSACK(values, into: &segment)
      default: throw error("options")
      }
    }
  }

  private func readSACK(_ values: [Int], into segment: inout Segment) throws {
    guard values.count == 2 else { throw error("sack LEFT RIGHT") }
    let other = segment.source == WireScript.client ? WireScript.serverISN : WireScript.clientISN
    segment.options.kinds.insert(.sack)
    let block = SACKBlock(left: SequenceNumber(other) + values[0], right: SequenceNumber(other) + values[1])
    _ = segment.options.sackBlocks.append(block)
  }

  private func number(after key: Substring, _ words: [Substring]) -> Int? {
    guard let index = words.firstIndex(of: key), index + 1 < words.count else { return nil }
    return Int(words[index + 1])
  }

  private func seconds(_ word: Substring) -> Timestamp? {
    let parts = word.split(separator: ".")
    guard let whole = parts.first.flatMap({ Int64($0) }) else { return nil }
    let fraction = parts.count > 1 ? parts[1] : "0"
    guard let digits = Int64(fraction) else { return nil }
    var nanoseconds = digits
    for _ in fraction.count..<9 { nanoseconds *= 10 }
    return Timestamp(seconds: whole + 1_700_000_000, nanoseconds: nanoseconds)
  }

  private func error(_ wanted: String) -> WireScript.SyntaxError {
    WireScript.SyntaxError(description: "wanted \(wanted) in: \(line)")
  }
}
