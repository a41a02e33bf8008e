import PacketCapture
import PacketDecoding

/// A packet as a reader gave it, copied out to be compared.
struct ReadPacket: Equatable {
  var bytes: [UInt8]
  var info: PacketInfo

  init(_ bytes: Span<UInt8>, _ info: PacketInfo) {
    self.bytes = bytes.indices.map { bytes[$0] }
    self.info = info
  }
}

/// All that a file gave: its packets, and how it ended.
struct Reading: Equatable {
  var packets: [ReadPacket] = []
  var error: CaptureError?

  /// Reads a file to its end or first error.
  init(_ path: String, throughLibpcap: Bool = false, filter: String? = nil) {
    do throws(CaptureError) {
      var source = try CaptureSource(file: path, throughLibpcap: throughLibpcap)
      if let filter { try source.setFilter(filter) }
      while case .packet(let packet) = try source.next({ ReadPacket($0, $1) }) { packets.append(packet) }
    } catch {
      self.error = error
    }
  }
}
