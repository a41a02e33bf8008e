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

  /// Reads a file to its end or first error as a set of one, a few packets at a time.
  init(_ path: String, packetsAtATime count: Int) {
    do throws(CaptureError) {
      var captures = try CaptureSet(files: [path])
      var goesOn = true
      while goesOn {
        let wanted = packets.count + count
        goesOn = captures.read { bytes, info in
          packets.append(ReadPacket(bytes, info))
          return packets.count < wanted
        }
        if goesOn, let next = captures.next({ ReadPacket($0, $1) }) { packets.append(next) }
      }
      error = captures.failures.last
    } catch {
      self.error = error
    }
  }
}
