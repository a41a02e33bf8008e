/// A connection that carries full segments from its server, now and then one twice or two in the wrong order.
struct Elephant {
  private let pair: AddressPair
  private var sequence: UInt32
  private var unacknowledged = 0

  init(_ index: Int, _ generator: inout SplitMix) {
    pair = AddressPair(index * 978)
    // One in five comes to the end of the sequence space on its way.
    let last = UInt32.max - UInt32(generator.next(below: 4_000_000))
    sequence = index % 5 == 0 ? last : UInt32(truncatingIfNeeded: generator.next())
  }

  mutating func open(_ file: inout PacketFile) {
    send(PacketFile.syn, from: true, &file)
    send(PacketFile.syn | PacketFile.ack, from: false, &file)
    sequence &+= 1
    send(PacketFile.ack, from: true, &file)
  }

  /// Up to `length` segments one right after the other.
  ///
  /// - Returns: how many there were.
  mutating func burst(_ length: Int, _ file: inout PacketFile, _ generator: inout SplitMix) -> Int {
    var sent = 0
    while sent < length {
      let chance = generator.next(below: 10_000)
      if chance < 10, sent + 1 < length {
        segment(at: sequence &+ 1448, &file)
        segment(at: sequence, &file)
        sequence &+= 2896
        sent += 2
      } else {
        segment(at: sequence, &file)
        if chance >= 9990 { segment(at: sequence, &file) }
        sent += chance >= 9990 ? 2 : 1
        sequence &+= 1448
      }
      acknowledge(&file)
    }
    return sent
  }

  mutating func close(_ file: inout PacketFile) {
    send(PacketFile.fin | PacketFile.ack, from: false, &file)
    sequence &+= 1
    send(PacketFile.fin | PacketFile.ack, from: true, &file)
    send(PacketFile.ack, from: false, clientSequence: 2, &file)
  }

  private mutating func segment(at place: UInt32, _ file: inout PacketFile) {
    file.time += 12
    unacknowledged += 1
    file.write(
      PacketFile.Frame(
        isFromClient: false, flags: PacketFile.ack, sequence: place, acknowledgment: 1, payload: 1448, window: 509),
      pair)
  }

  private mutating func acknowledge(_ file: inout PacketFile) {
    guard unacknowledged >= 4 else { return }
    unacknowledged = 0
    file.time += 3
    file.write(
      PacketFile.Frame(
        isFromClient: true, flags: PacketFile.ack, sequence: 1, acknowledgment: sequence, window: 24_000), pair)
  }

  /// Sends a segment without payload; the client's sequence numbers begin at 0.
  private func send(_ flags: UInt8, from client: Bool, clientSequence: UInt32 = 1, _ file: inout PacketFile) {
    let isSYN = flags & PacketFile.syn != 0
    let own = client ? (isSYN ? 0 : 1) : sequence
    let other = client ? sequence : clientSequence
    file.time += 200
    file.write(
      PacketFile.Frame(
        isFromClient: client, flags: flags, sequence: own, acknowledgment: flags & PacketFile.ack == 0 ? 0 : other,
        window: isSYN ? 64_240 : 502), pair)
  }
}
