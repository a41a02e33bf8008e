public import ConnectionTracking

/// What a state means to the people who find sockets in it.
public struct GlossaryEntry: Sendable, Equatable {
  public let state: TCPState
  /// What it is, in a sentence for somebody who knows sockets and not the RFC.
  public let meaning: String
  /// What the socket waits for.
  public let waitsFor: String
  /// Which calls or segments lead here.
  public let entered: [String]
  /// Which calls or segments lead on, and to where.
  public let left: [String]
  /// What ends it where the wire does not.
  public let limit: Limit
  /// What it means when many sockets are in it.
  public let pileUp: String

  public enum Limit: Sendable, Equatable {
    /// Nothing does: it lasts as long as the application or the peer likes.
    case none
    /// Retransmissions that are given up.
    case retransmission(String)
    /// The FIN_WAIT_2 timer of the stack, once the application has closed the socket.
    case orphanedFinWait2
    /// Twice the maximum segment lifetime.
    case timeWait
  }

  /// How long the state may last on `stack`, in words.
  public func duration(on stack: StackProfile) -> String {
    switch limit {
    case .none: "no limit"
    case .retransmission(let words): words
    case .orphanedFinWait2: stack.orphanedFinWait2.map { "\(seconds($0)) once closed" } ?? "no limit"
    case .timeWait: seconds(stack.timeWait)
    }
  }

  private func seconds(_ nanoseconds: Int64) -> String { "\(nanoseconds / 1_000_000_000) s" }
}

/// The eleven states of RFC 9293 §3.3.2 in plain words, one entry each.
public enum StateGlossary {
  /// Every entry, in the order a connection lives through them.
  public static var entries: [GlossaryEntry] { TCPState.allCases.map(entry(for:)) }

  public static func entry(for state: TCPState) -> GlossaryEntry {
    switch state {
    case .closed: closed
    case .listen: listen
    case .synSent: synSent
    case .synReceived: synReceived
    case .established: established
    case .finWait1: finWait1
    case .finWait2: finWait2
    case .closeWait: closeWait
    case .closing: closing
    case .lastAck: lastAck
    case .timeWait: timeWait
    }
  }
}
