/// The arrivals that nothing has proved or refuted yet, oldest first: few, because each moves the state on. In two bytes:
/// each of the first three that ordinary connections have is a code of four bits, any other is in
/// ``EndpointExtras/pending``.
struct PendingArrivals: Sendable, Equatable {
  static let capacity = 6

  // From the lowest bit: three codes, then how many there are.
  private var bits: UInt16 = 0

  private static let codeBits: UInt16 = 4
  private static let countShift: UInt16 = 12
  private static let coded = 3
  /// It is kept elsewhere.
  private static let other: UInt16 = 15

  var count: Int { @inline(__always) get { Int(bits >> Self.countShift) } }
  var isEmpty: Bool { @inline(__always) get { bits == 0 } }
  var isFull: Bool { count == Self.capacity }

  /// The arrival at `index`; nil where it is kept elsewhere.
  func events(at index: Int) -> ArrivalEvents? {
    guard index < Self.coded else { return nil }
    return ArrivalEvents(code: bits >> (Self.codeBits * UInt16(truncatingIfNeeded: index)) & 15)
  }

  /// Adds an arrival; there is room for it.
  ///
  /// - Returns: false where it is to be kept elsewhere.
  mutating func append(_ events: ArrivalEvents) -> Bool {
    let index = count
    bits += 1 << Self.countShift
    guard index < Self.coded else { return false }
    let code = events.code ?? Self.other
    bits |= code << (Self.codeBits * UInt16(truncatingIfNeeded: index))
    return code != Self.other
  }

  mutating func removeAll() { bits = 0 }

  private init(_ first: ArrivalEvents, _ second: ArrivalEvents? = nil) {
    _ = append(first)
    if let second { _ = append(second) }
  }

  init() {}

  // What ordinary connections have pending, one after the other.
  static let syn = PendingArrivals(.syn)
  static let synThenAcknowledgment = PendingArrivals(.syn, .synAcknowledged)
  static let synACK = PendingArrivals([.syn, .synAcknowledged])
  static let acknowledgmentOfSYN = PendingArrivals(.synAcknowledged)
  static let fin = PendingArrivals(.fin)
  static let acknowledgmentOfFIN = PendingArrivals(.finAcknowledged)
  static let acknowledgmentThenFIN = PendingArrivals(.finAcknowledged, .fin)
  static let bothOfFIN = PendingArrivals([.finAcknowledged, .fin])
}

extension ArrivalEvents {
  /// What ordinary connections have pending, as a number below 15.
  @inline(__always)
  fileprivate var code: UInt16? {
    switch rawValue {
    case 0b1: 0  // syn
    case 0b11: 1  // syn, synAcknowledged
    case 0b10: 2  // synAcknowledged
    case 0b1000: 3  // fin
    case 0b100: 4  // finAcknowledged
    case 0b1100: 5  // finAcknowledged, fin
    case 0b1010: 6  // synAcknowledged, fin
    case 0b1011: 7  // syn, synAcknowledged, fin
    case 0b110: 8  // synAcknowledged, finAcknowledged
    case 0b1110: 9  // synAcknowledged, finAcknowledged, fin
    case 0b1_0000: 10  // rst
    case 0b10_0000: 11  // doubtfulRST
    case 0b100_0000: 12  // reopening
    case 0b1000_0000: 13  // unreachable
    default: nil
    }
  }

  @inline(__always)
  fileprivate init?(code: UInt16) {
    // One byte for each code, from the lowest on.
    let lower: UInt64 = 0b1010 << 48 | 0b1100 << 40 | 0b100 << 32 | 0b1000 << 24 | 0b10 << 16 | 0b11 << 8 | 0b1
    let upper: UInt64 =
      0b1000_0000 << 48 | 0b100_0000 << 40 | 0b10_0000 << 32 | 0b1_0000 << 24 | 0b1110 << 16 | 0b110 << 8 | 0b1011
    guard code < 14 else { return nil }
    let table = code < 7 ? lower : upper
    let place = UInt64(code < 7 ? code : code - 7) * 8
    self = ArrivalEvents(rawValue: UInt8(truncatingIfNeeded: table >> place))
  }
}
