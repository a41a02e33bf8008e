/// Few flows, each of segments no stack would send.
extension HostileTraffic {
  static let segmentStorms =
    ["analyze - --format summary", "follow - --flow 1"].flatMap { command in
      streams(command.split(separator: " ").map(String.init))
    } + [
      HostileTraffic(
        name: "random-flow", what: "one connection, its flags, sequence and acknowledgment numbers random",
        packets: 10_000_000
      ) { count, file, generator in
        for _ in 0..<count { write(random(&generator), AddressPair(1), after: 10, &file) }
      },
      HostileTraffic(
        name: "options", what: "options of every kind and length, whole and broken", packets: 10_000_000
      ) { count, file, generator in
        for index in 0..<count {
          var frame = random(&generator)
          frame.options = options(&generator)
          write(frame, AddressPair(index % 1000), after: 10, &file)
        }
      },
      HostileTraffic(
        name: "clock-jumps", what: "short connections in captures whose clock jumps by years, both ways",
        packets: 10_000_000
      ) { count, file, generator in
        for index in 0..<count / 8 {
          for frame in Conversation.small(index, &generator).frames where !file.isBroken {
            file.time = UInt64(generator.word()) * 1_000_000
            file.write(frame, AddressPair(index))
          }
        }
      },
      HostileTraffic(
        name: "timestamps", what: "one connection whose timestamp options jump", packets: 10_000_000
      ) { count, file, generator in
        open(AddressPair(1), &file)
        for index in 0..<count {
          var frame = PacketFile.Frame.data(1 &+ UInt32(truncatingIfNeeded: index))
          frame.clockSkew = generator.word()
          write(frame, AddressPair(1), after: 10, &file)
        }
      },
    ]

  /// One connection of tiny segments beyond a hole that is never filled.
  private static func streams(_ command: [String]) -> [HostileTraffic] {
    [
      HostileTraffic(
        name: "overlaps-\(command[0])", what: "tiny segments that overlap, in any order", packets: 10_000_000,
        command: command
      ) { count, file, generator in
        open(AddressPair(1), &file)
        for _ in 0..<count {
          var frame = PacketFile.Frame.data(2 + UInt32(generator.next(below: 4_000_000)))
          frame.payload = 1 + generator.next(below: 8)
          write(frame, AddressPair(1), after: 10, &file)
        }
      },
      HostileTraffic(
        name: "islands-\(command[0])", what: "every other byte, the last first", packets: 10_000_000, command: command
      ) { count, file, _ in
        open(AddressPair(1), &file)
        for index in 0..<count {
          let place = UInt32(4_000_000 - index % 2_000_000 * 2)
          write(.data(2 + place), AddressPair(1), after: 10, &file)
        }
      },
    ]
  }

  /// A handshake and a window of 8 MB; the client's first byte is number 1.
  private static func open(_ pair: AddressPair, _ file: inout PacketFile) {
    let (syn, ack) = (PacketFile.syn, PacketFile.ack)
    for (isFromClient, flags) in [(true, syn), (false, syn | ack), (true, ack), (false, ack)] {
      let frame = PacketFile.Frame(
        isFromClient: isFromClient, flags: flags, sequence: flags & syn == 0 ? 1 : 0,
        acknowledgment: flags & ack == 0 ? 0 : 1, window: 64_240)
      write(frame, pair, after: 10, &file)
    }
  }

  private static func random(_ generator: inout SplitMix) -> PacketFile.Frame {
    let bits = generator.next()
    return PacketFile.Frame(
      isFromClient: bits & 1 == 0, flags: UInt8(truncatingIfNeeded: bits >> 8), sequence: generator.word(),
      acknowledgment: generator.word(), payload: Int(bits >> 16 & 7), window: UInt16(truncatingIfNeeded: bits >> 32))
  }

  /// Up to 40 bytes: kinds and lengths at random, mostly such that fit.
  private static func options(_ generator: inout SplitMix) -> [UInt8] {
    var options: [UInt8] = []
    while options.count < 40 {
      let length = 2 + generator.next(below: 38)
      options.append(UInt8(generator.next(below: generator.next(below: 4) == 0 ? 256 : 9)))
      options.append(UInt8(generator.next(below: 8) == 0 ? generator.next(below: 256) : length))
      for _ in 2..<max(length, 3) { options.append(UInt8(truncatingIfNeeded: generator.next())) }
    }
    return Array(options.prefix(4 * (1 + generator.next(below: 10))))
  }
}
