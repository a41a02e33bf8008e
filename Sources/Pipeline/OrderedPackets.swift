import ConnectionTracking
public import PacketCapture
public import PacketDecoding

/// Packets of captures in the order of their times, for what reads them one by one: in the same order as ``FilePipeline``
/// does, so that the flows bear the same numbers.
public struct OrderedPackets: ~Copyable {
  private struct Packet {
    var bytes: [UInt8]
    var info: PacketInfo

    init(copying bytes: Span<UInt8>, _ info: PacketInfo) {
      self.bytes = []
      self.bytes.reserveCapacity(bytes.count)
      for index in bytes.indices { self.bytes.append(bytes[index]) }
      self.info = info
    }
  }

  /// As many as one that comes later can be put before.
  private var waiting: [Packet] = []

  public init() {}

  /// Lends `body` the next packet; false where there is none.
  public mutating func next(of captures: inout CaptureSet, _ body: (Span<UInt8>, PacketInfo) -> Void) -> Bool {
    while waiting.count <= TimeOrder.mostPlaces, let packet = captures.next({ Packet(copying: $0, $1) }) { add(packet) }
    if waiting.isEmpty { return false }
    let packet = waiting.removeFirst()
    body(packet.bytes.span, packet.info)
    return true
  }

  private mutating func add(_ packet: Packet) {
    let place = TimeOrder.place(of: packet.info.time.nanoseconds, behind: waiting.count) {
      waiting[$0].info.time.nanoseconds
    }
    waiting.insert(packet, at: place)
  }
}
