import GroundTruth

/// One capture for users: a behaviour, seen from the tap that tells most of it.
struct Sample {
  /// Under `captures/`, without the extension.
  let path: String
  /// The scenario it is recorded from.
  let scenario: String
  let version: IPVersion
  let tap: Tap
  /// What was made of the recording afterwards, in a few words; nil where it is as recorded.
  let note: String?
  let form: Form

  /// What becomes of the recorded packets.
  enum Form {
    case asRecorded
    case partial(PartialView)
    /// Behind an Ethernet header with these VLAN tags, outermost first.
    case ethernet(vlans: [UInt16])
    /// The file ends inside its last packet.
    case cutShort
    /// Behind the packet of this number, a RST of the same end with a wrong checksum.
    case brokenReset(behind: Int)
    /// What host A sent has no checksums yet: its network card computes them.
    case checksumsLeftToCard
  }

  init(
    _ path: String, of scenario: String, over version: IPVersion = .ipv4, at tap: Tap = .a, note: String? = nil,
    _ form: Form = .asRecorded
  ) {
    self.path = path
    self.scenario = scenario
    self.version = version
    self.tap = tap
    self.note = note
    self.form = form
  }

  /// The recording it is taken from.
  var recording: String { scenario + (version == .ipv6 ? "-ipv6" : "") }

  /// The bytes of the capture file.
  func file(from packets: [CapturedPacket], of recording: Recording) -> [UInt8] {
    switch form {
    case .asRecorded: return CaptureFile.bytes(of: packets)
    case .partial(let view): return CaptureFile.bytes(of: view.applied(to: packets, of: recording))
    case .ethernet(let vlans):
      let framed = packets.map { packet in
        let bytes = Self.ethernetHeader(vlans, of: packet.bytes) + packet.bytes
        return CapturedPacket(time: packet.time, bytes: bytes, originalLength: bytes.count)
      }
      return CaptureFile.bytes(of: framed, linkType: CaptureFile.ethernet)
    case .cutShort: return CaptureFile.bytes(of: packets).dropLast(17)
    case .brokenReset(let number):
      let reset = Forgery.brokenReset(behind: packets[number - 1]).map { [$0] } ?? []
      return CaptureFile.bytes(of: packets.prefix(number) + reset + packets.dropFirst(number))
    case .checksumsLeftToCard:
      return CaptureFile.bytes(of: packets.map { $0.bytes[15] == 1 ? Forgery.leavingChecksum(of: $0) : $0 })
    }
  }

  /// Addresses of the documentation range 00-00-5E-00-53 (RFC 7042), one for each host; tags 802.1ad outside 802.1Q.
  private static func ethernetHeader(_ vlans: [UInt16], of packet: [UInt8]) -> [UInt8] {
    let isIPv6 = packet[0] >> 4 == 6
    let isFromA = packet[isIPv6 ? 23 : 15] == 1
    let addresses: [[UInt8]] = [[0, 0, 0x5e, 0, 0x53, 2], [0, 0, 0x5e, 0, 0x53, 1]]
    let tags = vlans.enumerated().flatMap { index, vlan -> [UInt8] in
      let isInnermost = index == vlans.count - 1
      return (isInnermost ? [0x81, 0] : [0x88, 0xa8]) + [UInt8(vlan >> 8), UInt8(vlan & 255)]
    }
    return addresses[isFromA ? 0 : 1] + addresses[isFromA ? 1 : 0] + tags + (isIPv6 ? [0x86, 0xdd] : [8, 0])
  }
}
