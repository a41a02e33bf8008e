/// How far a flow has come on the ordinary way. Not an enumeration, so that three bits of a byte are one as they stand.
struct BriefStage: RawRepresentable, Sendable, Comparable {
  let rawValue: UInt8

  /// The SYN has passed; see ``AttemptRecord``.
  static var opening: Self { Self(rawValue: 0) }
  /// The SYN-ACK has passed.
  static var answered: Self { Self(rawValue: 1) }
  /// The client has acknowledged it.
  static var acknowledged: Self { Self(rawValue: 2) }
  /// The server has sent something since: both ends are ESTABLISHED beyond doubt.
  static var steady: Self { Self(rawValue: 3) }
  /// The first FIN has passed.
  static var closing: Self { Self(rawValue: 4) }
  /// It was acknowledged by a segment of its own.
  static var halfClosed: Self { Self(rawValue: 5) }
  /// The second FIN has passed, which acknowledges the first.
  static var closed: Self { Self(rawValue: 6) }
  /// It was acknowledged.
  static var over: Self { Self(rawValue: 7) }

  @inline(__always)
  static func < (left: BriefStage, right: BriefStage) -> Bool { left.rawValue < right.rawValue }
}

/// How far a flow in brief has come, and which of its ends did what, in one byte.
struct BriefMarks: Sendable {
  private static let stageBits: UInt8 = 7
  private static let client: UInt8 = 1 << 3
  private static let closer: UInt8 = 1 << 4
  private static let lastSender: UInt8 = 1 << 5

  private var bits: UInt8

  /// Of a flow that `client` begins.
  init(client: Int) { bits = client == 0 ? 0 : Self.client | Self.lastSender }

  var stage: BriefStage {
    @inline(__always) get { BriefStage(rawValue: bits & Self.stageBits) }
    @inline(__always) set { bits = bits & ~Self.stageBits | newValue.rawValue }
  }

  // Sides, 0 or 1; see ``BriefRecord`` for the meaning.
  var client: Int { @inline(__always) get { side(Self.client) } }
  var closer: Int {
    get { side(Self.closer) }
    set { set(Self.closer, newValue) }
  }
  var lastSender: Int {
    get { side(Self.lastSender) }
    @inline(__always) set { set(Self.lastSender, newValue) }
  }

  @inline(__always)
  private func side(_ bit: UInt8) -> Int { bits & bit == 0 ? 0 : 1 }

  @inline(__always)
  private mutating func set(_ bit: UInt8, _ side: Int) { bits = side == 0 ? bits & ~bit : bits | bit }
}
