/// Small facts of a connection, in 32 bits.
struct ConnectionMarks: Sendable {
  private var bits: UInt32

  /// One of them.
  struct Mark: Sendable {
    fileprivate let bit: UInt32

    static let clientIsHigh = Mark(bit: 1 << 0)
    /// A socket is connected to itself: side 0 is its own peer.
    static let isSelfConnect = Mark(bit: 1 << 1)
    /// The key is in the table's ``KeyStore``.
    static let keptKey = Mark(bit: 1 << 2)
    /// ``Connection/attachment`` is the place of a ``Pause``, and there are no extras.
    static let hasPauseAlone = Mark(bit: 1 << 3)
    static let hasExtras = Mark(bit: 1 << 4)
    /// A segment was taken.
    static let hasSender = Mark(bit: 1 << 5)
    /// The side whose segment was taken last is 1.
    static let lastSenderIsHigh = Mark(bit: 1 << 6)
    /// The side whose segment passed last is 1.
    static let lastIsHigh = Mark(bit: 1 << 7)
    /// The last packet is in ``Extras/last``.
    static let lastIsElsewhere = Mark(bit: 1 << 8)
    /// ``Connection/timer`` is that of side 1.
    static let timerIsHigh = Mark(bit: 1 << 9)
    /// Both SYNs are known, so that shift counts of windows count or surely do not.
    static let isNegotiated = Mark(bit: 1 << 10)
    /// Its listener holds it half-open, as far as segments tell.
    static let isHalfOpen = Mark(bit: 1 << 11)
    // What its observations say of whether a digest tells all that is counted of it; see ``isUneventful``.
    static let isEventful = Mark(bit: 1 << 13)
    static let hasReset = Mark(bit: 1 << 14)
    static let hasTimeout = Mark(bit: 1 << 15)
  }

  private static let orientationShift: UInt32 = 16
  private static let startShift: UInt32 = 18
  private static let predictionShift: UInt32 = 22

  init(orientation: Flow.Orientation) {
    let code: UInt32 =
      switch orientation {
      case .syn: 0
      case .synACK: 1
      case .port: 2
      case .firstPacket: 3
      }
    bits = code << Self.orientationShift
  }

  @inline(__always)
  func contains(_ mark: Mark) -> Bool { bits & mark.bit != 0 }

  @inline(__always)
  mutating func insert(_ mark: Mark) { bits |= mark.bit }

  @inline(__always)
  mutating func remove(_ mark: Mark) { bits &= ~mark.bit }

  @inline(__always)
  mutating func set(_ mark: Mark, _ isTrue: Bool) { bits = isTrue ? bits | mark.bit : bits & ~mark.bit }

  /// What is predicted of the next segment.
  var prediction: Prediction {
    @inline(__always) get {
      switch bits >> Self.predictionShift & 15 {
      case 1: .handshake
      case 2: .proof
      case 3: .data
      case 4: .finAnswer
      case 5: .secondFIN
      case 6: .lastACK
      case 7: .opening
      case 8: .answer
      default: .none
      }
    }
    @inline(__always) set {
      bits = bits & ~(15 << Self.predictionShift) | UInt32(newValue.rawValue) << Self.predictionShift
    }
  }

  /// The segment taken last, and the one that passed last, is of `side`.
  @inline(__always)
  mutating func setLast(_ side: Side) {
    let both = Mark.lastSenderIsHigh.bit | Mark.lastIsHigh.bit
    bits = bits & ~both | (side == .low ? 0 : both)
  }

  var orientation: Flow.Orientation {
    switch bits >> Self.orientationShift & 3 {
    case 0: .syn
    case 1: .synACK
    case 2: .port
    default: .firstPacket
    }
  }

  /// The state that `side` was assumed to be in before its first move: CLOSED, LISTEN or, nil, UNKNOWN.
  func start(of side: Side) -> TCPState? {
    switch bits >> (Self.startShift + 2 * UInt32(side.rawValue)) & 3 {
    case 1: .closed
    case 2: .listen
    default: nil
    }
  }

  mutating func setStart(of side: Side, _ state: TCPState?) {
    bits |= (state == .closed ? 1 : state == .listen ? 2 : 0) << (Self.startShift + 2 * UInt32(side.rawValue))
  }
}
