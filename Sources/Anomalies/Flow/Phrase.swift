import ConnectionTracking
import PacketDecoding

/// Numbers as people say them.
enum Phrase {
  /// `412 µs`, `38 ms`, `5.001 s`, `41 s`, `12 min 5 s`.
  static func duration(_ nanoseconds: Int64) -> String {
    let value = max(0, nanoseconds)
    switch value {
    case ..<1_000_000: return "\(value / 1000) µs"
    case ..<1_000_000_000: return "\(value / 1_000_000) ms"
    case ..<10_000_000_000: return thousandths(value / 1_000_000)
    case ..<120_000_000_000: return "\(value / 1_000_000_000) s"
    case ..<7_200_000_000_000: return "\(value / 60_000_000_000) min \(value / 1_000_000_000 % 60) s"
    default: return "\(value / 3_600_000_000_000) h \(value / 60_000_000_000 % 60) min"
    }
  }

  static func bytes(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

  /// `once`, `twice`, `5 times`.
  static func times(_ count: Int) -> String {
    switch count {
    case 1: "once"
    case 2: "twice"
    default: "\(count) times"
    }
  }

  static func count(_ number: Int, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }

  private static func thousandths(_ milliseconds: Int64) -> String {
    let fraction = milliseconds % 1000
    if fraction == 0 { return "\(milliseconds / 1000) s" }
    let padding = fraction < 10 ? "00" : fraction < 100 ? "0" : ""
    return "\(milliseconds / 1000).\(padding)\(fraction) s"
  }
}

extension EndpointRole {
  var noun: String { self == .client ? "client" : "server" }
  /// At the start of a sentence.
  var subject: String { self == .client ? "The client" : "The server" }
}

extension TCPState? {
  var word: String {
    switch self {
    case nil: "UNKNOWN"
    case .closed: "CLOSED"
    case .listen: "LISTEN"
    case .synSent: "SYN_SENT"
    case .synReceived: "SYN_RCVD"
    case .established: "ESTABLISHED"
    case .finWait1: "FIN_WAIT_1"
    case .finWait2: "FIN_WAIT_2"
    case .closeWait: "CLOSE_WAIT"
    case .closing: "CLOSING"
    case .lastAck: "LAST_ACK"
    case .timeWait: "TIME_WAIT"
    }
  }
}
