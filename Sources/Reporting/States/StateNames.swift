public import ConnectionTracking

/// How the states are spelled: every tool has its own words for the eleven states of RFC 9293.
///
/// One dialect is printed, and all of them are understood: ``state(named:)`` takes any spelling of any dialect, in
/// capitals or not, with `-`, `_` or nothing between the words.
public enum StateNames: String, Sendable, CaseIterable {
  /// `netstat` on BSD: the default.
  case bsd
  /// RFC 9293 §3.3.2.
  case rfc
  /// `netstat` on Linux.
  case netstat
  /// `ss`.
  case ss
  /// Linux, `include/net/tcp_states.h`.
  case kernel
  /// `netstat` on Windows.
  case windows
  /// OpenTelemetry, `network.connection.state`.
  case otel

  /// What stands where there is no evidence of any state, in every dialect.
  public static let unknown = "UNKNOWN"

  /// The spelling of `state`; ``unknown`` for nil.
  public func name(of state: TCPState?) -> String {
    guard let state else { return Self.unknown }
    return Self.spellings(of: state)[self]
  }

  /// The twelve spellings by the state's raw value, ``unknown`` last: for renderers that ask a million times.
  package var all: [String] { TCPState.allCases.map(name(of:)) + [Self.unknown] }

  /// What `text` means.
  ///
  /// - Returns: nil where no dialect has such a state; `.some(nil)` for UNKNOWN.
  public static func state(named text: String) -> TCPState?? { meanings[text] ?? meanings[folded(text)] }

  /// One row a state: the whole dictionary between the dialects.
  // swift-format-ignore
  private static func spellings(of state: TCPState) -> Row {
    switch state {
    //                         bsd            rfc             netstat        ss            kernel             windows         otel
    case .closed:      Row("CLOSED",      "CLOSED",       "CLOSE",       "UNCONN",     "TCP_CLOSE",       "CLOSED",       "closed")
    case .listen:      Row("LISTEN",      "LISTEN",       "LISTEN",      "LISTEN",     "TCP_LISTEN",      "LISTENING",    "listen")
    case .synSent:     Row("SYN_SENT",    "SYN-SENT",     "SYN_SENT",    "SYN-SENT",   "TCP_SYN_SENT",    "SYN_SENT",     "syn_sent")
    case .synReceived: Row("SYN_RCVD",    "SYN-RECEIVED", "SYN_RECV",    "SYN-RECV",   "TCP_SYN_RECV",    "SYN_RECEIVED", "syn_received")
    case .established: Row("ESTABLISHED", "ESTABLISHED",  "ESTABLISHED", "ESTAB",      "TCP_ESTABLISHED", "ESTABLISHED",  "established")
    case .finWait1:    Row("FIN_WAIT_1",  "FIN-WAIT-1",   "FIN_WAIT1",   "FIN-WAIT-1", "TCP_FIN_WAIT1",   "FIN_WAIT_1",   "fin_wait_1")
    case .finWait2:    Row("FIN_WAIT_2",  "FIN-WAIT-2",   "FIN_WAIT2",   "FIN-WAIT-2", "TCP_FIN_WAIT2",   "FIN_WAIT_2",   "fin_wait_2")
    case .closeWait:   Row("CLOSE_WAIT",  "CLOSE-WAIT",   "CLOSE_WAIT",  "CLOSE-WAIT", "TCP_CLOSE_WAIT",  "CLOSE_WAIT",   "close_wait")
    case .closing:     Row("CLOSING",     "CLOSING",      "CLOSING",     "CLOSING",    "TCP_CLOSING",     "CLOSING",      "closing")
    case .lastAck:     Row("LAST_ACK",    "LAST-ACK",     "LAST_ACK",    "LAST-ACK",   "TCP_LAST_ACK",    "LAST_ACK",     "last_ack")
    case .timeWait:    Row("TIME_WAIT",   "TIME-WAIT",    "TIME_WAIT",   "TIME-WAIT",  "TCP_TIME_WAIT",   "TIME_WAIT",    "time_wait")
    }
  }

  /// Spellings that are met and never printed: the kernel's request sockets, the Windows MIB and its documentation.
  private static let aliases: [(String, TCPState)] = [
    ("TCP_NEW_SYN_RECV", .synReceived), ("SYN_RCVD", .synReceived), ("TIMED_WAIT", .timeWait),
    ("MIB_TCP_STATE_CLOSED", .closed), ("MIB_TCP_STATE_LISTEN", .listen), ("MIB_TCP_STATE_SYN_SENT", .synSent),
    ("MIB_TCP_STATE_SYN_RCVD", .synReceived), ("MIB_TCP_STATE_ESTAB", .established),
    ("MIB_TCP_STATE_FIN_WAIT1", .finWait1), ("MIB_TCP_STATE_FIN_WAIT2", .finWait2),
    ("MIB_TCP_STATE_CLOSE_WAIT", .closeWait), ("MIB_TCP_STATE_CLOSING", .closing),
    ("MIB_TCP_STATE_LAST_ACK", .lastAck), ("MIB_TCP_STATE_TIME_WAIT", .timeWait),
  ]

  /// By the very spellings, which are found at once, and folded.
  private static let meanings: [String: TCPState?] = {
    var meanings: [String: TCPState?] = [unknown: nil, folded(unknown): nil]
    for state in TCPState.allCases {
      for name in allCases.map({ $0.name(of: state) }) {
        meanings[name] = .some(state)
        meanings[folded(name)] = .some(state)
      }
    }
    for (alias, state) in aliases { meanings[folded(alias)] = .some(state) }
    return meanings
  }()

  /// `text` without case and separators, and without the kernel's prefix.
  private static func folded(_ text: String) -> String {
    let letters = text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    return letters.hasPrefix("tcp") ? String(letters.dropFirst(3)) : letters
  }

  /// One state in every dialect, in the order of the cases.
  private struct Row {
    private let bsd, rfc, netstat, ss, kernel, windows, otel: String

    init(
      _ bsd: String, _ rfc: String, _ netstat: String, _ ss: String, _ kernel: String, _ windows: String,
      _ otel: String
    ) {
      (self.bsd, self.rfc, self.netstat, self.ss) = (bsd, rfc, netstat, ss)
      (self.kernel, self.windows, self.otel) = (kernel, windows, otel)
    }

    subscript(dialect: StateNames) -> String {
      switch dialect {
      case .bsd: bsd
      case .rfc: rfc
      case .netstat: netstat
      case .ss: ss
      case .kernel: kernel
      case .windows: windows
      case .otel: otel
      }
    }
  }
}
