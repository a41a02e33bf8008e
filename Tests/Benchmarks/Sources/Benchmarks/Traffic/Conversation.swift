/// One connection: its addresses, and its frames in the order they pass.
struct Conversation {
  let pair: AddressPair
  private(set) var frames: [PacketFile.Frame] = []
  private var client: UInt32
  private var server: UInt32

  /// The connection of number `index`; one in ten is IPv6.
  init(_ index: Int, _ generator: inout SplitMix) {
    pair = AddressPair(index, isIPv6: generator.next(below: 10) == 0)
    client = UInt32(truncatingIfNeeded: generator.next())
    server = UInt32(truncatingIfNeeded: generator.next())
  }

  /// A whole connection: handshake, a request and its answer or two, and one of the ways to end.
  ///
  /// - Parameter isClosed: none of the ways that leave an end waiting for ever.
  static func short(_ index: Int, isClosed: Bool = false, _ generator: inout SplitMix) -> Conversation {
    var result = Conversation(index, &generator)
    var ending = Ending.random(&generator)
    if isClosed, [.abandoned, .closeWait, .lastAck].contains(ending) { ending = .byThree(clientFirst: true) }
    guard ending != .refused else {
      result.refuse()
      return result
    }
    result.open()
    for _ in 0...(generator.next(below: 100) < 6 ? 1 : 0) { result.exchange(&generator) }
    result.close(ending)
    result.disturb(&generator)
    return result
  }

  /// A connection of eight segments: opened, one small message, closed by its client in three.
  static func small(_ index: Int, _ generator: inout SplitMix) -> Conversation {
    var result = Conversation(index, &generator)
    result.open()
    result.add(fromClient: true, PacketFile.psh | PacketFile.ack, payload: result.pair.isIPv6 ? 34 : 54)
    result.add(fromClient: false, PacketFile.ack)
    result.close(.byThree(clientFirst: true))
    return result
  }

  mutating func add(fromClient: Bool, _ flags: UInt8, payload: Int = 0) {
    let frame = PacketFile.Frame(
      isFromClient: fromClient, flags: flags, sequence: fromClient ? client : server,
      acknowledgment: flags & PacketFile.ack == 0 ? 0 : fromClient ? server : client, payload: payload,
      window: flags & PacketFile.syn != 0 ? 64_240 : 502)
    frames.append(frame)
    let takes = UInt32(payload + (flags & (PacketFile.syn | PacketFile.fin) != 0 ? 1 : 0))
    if fromClient { client &+= takes } else { server &+= takes }
  }

  private mutating func open() {
    add(fromClient: true, PacketFile.syn)
    add(fromClient: false, PacketFile.syn | PacketFile.ack)
    add(fromClient: true, PacketFile.ack)
  }

  private mutating func refuse() {
    add(fromClient: true, PacketFile.syn)
    server = 0
    add(fromClient: false, PacketFile.rst | PacketFile.ack)
  }

  /// A request of one segment, answered by one to four.
  private mutating func exchange(_ generator: inout SplitMix) {
    add(fromClient: true, PacketFile.psh | PacketFile.ack, payload: 80 + generator.next(below: 350))
    if generator.next(below: 2) == 0 { add(fromClient: false, PacketFile.ack) }
    let size = generator.next(below: 100)
    for _ in 0..<(size < 35 ? 0 : size < 70 ? 1 : size < 90 ? 2 : 3) {
      add(fromClient: false, PacketFile.ack, payload: 1448)
    }
    add(fromClient: false, PacketFile.psh | PacketFile.ack, payload: 100 + generator.next(below: 1349))
    if generator.next(below: 10) < 8 { add(fromClient: true, PacketFile.ack) }
  }

  /// Three in a hundred neighbouring segments swap places, one in a hundred comes twice.
  private mutating func disturb(_ generator: inout SplitMix) {
    var place = 3
    while place + 1 < frames.count {
      let (this, next) = (frames[place], frames[place + 1])
      if this.payload > 0, next.payload > 0, this.isFromClient == next.isFromClient, generator.next(below: 100) < 3 {
        frames.swapAt(place, place + 1)
        place += 1
      } else if this.payload > 0, generator.next(below: 100) < 1 {
        frames.insert(this, at: place + 1)
        place += 1
      }
      place += 1
    }
  }
}

extension Conversation {
  /// How a connection ends.
  enum Ending: Equatable {
    case byFour(clientFirst: Bool)
    case byThree(clientFirst: Bool)
    case simultaneous
    case reset
    case refused
    case abandoned
    case closeWait
    case lastAck
    case halfClosed

    /// As often as each is met, near enough, on a busy network.
    static func random(_ generator: inout SplitMix) -> Ending {
      switch generator.next(below: 1000) {
      case ..<300: .byFour(clientFirst: true)
      case ..<560: .byThree(clientFirst: true)
      case ..<700: .byFour(clientFirst: false)
      case ..<860: .byThree(clientFirst: false)
      case ..<880: .simultaneous
      case ..<920: .reset
      case ..<940: .refused
      case ..<955: .abandoned
      case ..<970: .closeWait
      case ..<985: .lastAck
      default: .halfClosed
      }
    }
  }

  private mutating func close(_ ending: Ending) {
    let (fin, ack) = (PacketFile.fin | PacketFile.ack, PacketFile.ack)
    switch ending {
    case .byFour(let client): add([(client, fin), (!client, ack), (!client, fin), (client, ack)])
    case .byThree(let client): add([(client, fin), (!client, fin), (client, ack)])
    case .simultaneous: closeAtOnce()
    case .reset: add([(true, PacketFile.rst | ack)])
    case .refused, .abandoned: break
    case .closeWait: add([(false, fin), (true, ack)])
    case .lastAck:
      add([(true, fin), (false, ack), (false, fin)])
      for _ in 0..<2 { frames.append(frames[frames.count - 1]) }
    case .halfClosed:
      add([(true, fin), (false, ack)])
      add(fromClient: false, PacketFile.psh | ack, payload: 400)
      add([(true, ack), (false, fin), (true, ack)])
    }
  }

  private mutating func add(_ steps: [(isFromClient: Bool, flags: UInt8)]) {
    for step in steps { add(fromClient: step.isFromClient, step.flags) }
  }

  /// Neither FIN has seen the other.
  private mutating func closeAtOnce() {
    add([(true, PacketFile.fin | PacketFile.ack), (false, PacketFile.fin | PacketFile.ack)])
    frames[frames.count - 1].acknowledgment &-= 1
    add([(true, PacketFile.ack), (false, PacketFile.ack)])
  }
}
