/// The arrivals that nothing has proved or refuted yet, oldest first: few, because each moves the state on. In two bytes:
/// each of the first three that ordinary connections have is a code of four bits, any other is in
/// ``EndpointExtras/pending``.
struct PendingArrivals: Sendable {
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
}

extension ArrivalEvents {
  /// What ordinary connections have pending, as a number below 15.
  fileprivate var code: UInt16? {
    switch self {
    case [.syn]: 0
    case [.syn, .synAcknowledged]: 1
    case [.synAcknowledged]: 2
    case [.fin]: 3
    case [.finAcknowledged]: 4
    case [.finAcknowledged, .fin]: 5
    case [.synAcknowledged, .fin]: 6
    case [.syn, .synAcknowledged, .fin]: 7
    case [.synAcknowledged, .finAcknowledged]: 8
    case [.synAcknowledged, .finAcknowledged, .fin]: 9
    case [.rst]: 10
    case [.doubtfulRST]: 11
    case [.reopening]: 12
    case [.unreachable]: 13
    default: nil
    }
  }

  fileprivate init?(code: UInt16) {
    switch code {
    case 0: self = [.syn]
    case 1: self = [.syn, .synAcknowledged]
    case 2: self = [.synAcknowledged]
    case 3: self = [.fin]
    case 4: self = [.finAcknowledged]
    case 5: self = [.finAcknowledged, .fin]
    case 6: self = [.synAcknowledged, .fin]
    case 7: self = [.syn, .synAcknowledged, .fin]
    case 8: self = [.synAcknowledged, .finAcknowledged]
    case 9: self = [.synAcknowledged, .finAcknowledged, .fin]
    case 10: self = [.rst]
    case 11: self = [.doubtfulRST]
    case 12: self = [.reopening]
    case 13: self = [.unreachable]
    default: return nil
    }
  }
}

/// The arrivals pending at one end, taken together from where they are kept.
struct ArrivalList: Sendable {
  private var events: [6 of ArrivalEvents] = .init(repeating: [])
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  subscript(index: Int) -> ArrivalEvents { events[index] }

  mutating func append(_ arrival: ArrivalEvents) {
    guard count < PendingArrivals.capacity else { return }
    events[count] = arrival
    count += 1
  }

  func contains(_ arrival: ArrivalEvents) -> Bool { (0..<count).contains { events[$0].isSuperset(of: arrival) } }
}
