import PacketDecoding
import TestSupport

/// Captures made here, where the exact bytes matter.
enum SampleConversation {
  static let request = "GET / HTTP/1.1\r\nHost: example\r\n\r\n"
  static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

  /// A request, its answer in two segments of which the second comes first, and a close by the client.
  static var bytes: [UInt8] {
    let first = Array(answer.utf8.prefix(20))
    let second = Array(answer.utf8.dropFirst(20))
    let asked = 101 + UInt32(request.utf8.count)
    let answered = 501 + UInt32(answer.utf8.count)
    var capture = Capture()
    capture.send(.client, 100, 0, .syn)
    capture.send(.server, 500, 101, [.syn, .ack])
    capture.send(.client, 101, 501, .ack)
    capture.send(.client, 101, 501, [.psh, .ack], Array(request.utf8))
    capture.send(.server, 521, asked, [.psh, .ack], second)
    capture.send(.server, 501, asked, .ack, first)
    capture.send(.client, asked, answered, .ack)
    capture.send(.client, asked, answered, [.fin, .ack])
    capture.send(.server, answered, asked + 1, .ack)
    capture.send(.server, answered, asked + 1, [.fin, .ack])
    capture.send(.client, asked + 1, answered + 1, .ack)
    return capture.writer.bytes
  }

  /// So many clients that ask and get no answer, or a RST.
  static func attempts(_ count: Int, areRefused: Bool = false) -> [UInt8] {
    var capture = Capture()
    for index in 0..<count {
      capture.clientPort = UInt16(truncatingIfNeeded: 1024 + index)
      capture.send(.client, UInt32(index), 0, .syn)
      if areRefused { capture.send(.server, 0, UInt32(index) + 1, [.rst, .ack]) }
    }
    return capture.writer.bytes
  }

  /// A client that sends `payload` in one segment.
  static func carrying(_ payload: [UInt8]) -> [UInt8] {
    var capture = Capture()
    capture.send(.client, 100, 0, .syn)
    capture.send(.server, 500, 101, [.syn, .ack])
    capture.send(.client, 101, 501, [.psh, .ack], payload)
    return capture.writer.bytes
  }

  private enum Sender { case client, server }

  /// Packets of 10.0.0.1 and 10.0.0.2, port 80, a millisecond apart.
  private struct Capture {
    var writer = PcapWriter(.nanoseconds, linkType: .raw)
    var clientPort: UInt16 = 40000
    private var time = Timestamp(seconds: 1_795_218_972, nanoseconds: 301_421_000)

    mutating func send(
      _ sender: Sender, _ sequence: UInt32, _ acknowledgment: UInt32, _ flags: TCPFlags, _ payload: [UInt8] = []
    ) {
      let hosts: [UInt8] = sender == .client ? [1, 2] : [2, 1]
      let ports = sender == .client ? [clientPort, 80] : [80, clientPort]
      var packet: [UInt8] = [0x45, 0]
      packet += Self.bytes(UInt16(40 + payload.count)) + [0, 0, 0x40, 0, 64, 6, 0, 0]
      packet += [10, 0, 0, hosts[0], 10, 0, 0, hosts[1]]
      packet += Self.bytes(ports[0]) + Self.bytes(ports[1]) + Self.bytes(sequence) + Self.bytes(acknowledgment)
      packet += [0x50, UInt8(truncatingIfNeeded: flags.rawValue), 0xff, 0xff, 0, 0, 0, 0]
      writer.append(packet + payload, at: time)
      time = time.advanced(byNanoseconds: 1_000_000)
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
      stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
  }
}

/// Runs `body` with the path of a capture of ``SampleConversation/bytes``.
func withConversation<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  try await withTemporaryFile(SampleConversation.bytes, body)
}
