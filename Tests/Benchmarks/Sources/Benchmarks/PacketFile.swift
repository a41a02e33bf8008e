import Foundation

/// Writes frames of TCP into a pcap file, a megabyte at a time.
struct PacketFile {
  struct Frame {
    var isFromClient: Bool
    var flags: UInt8
    var sequence: UInt32
    var acknowledgment: UInt32
    var payload = 0
    var window: UInt16 = 502
  }

  static let fin: UInt8 = 1
  static let syn: UInt8 = 2
  static let rst: UInt8 = 4
  static let ack: UInt8 = 16

  private let handle: FileHandle
  private let snapLength: Int
  private var bytes: [UInt8] = []
  /// In microseconds since the epoch.
  var time: UInt64 = 1_700_000_000_000_000
  private(set) var packets = 0

  init(path: String, snapLength: Int) throws {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    self.snapLength = snapLength
    for word in [0xA1B2_C3D4, 2 | 4 << 16, 0, 0, UInt32(snapLength), 1] as [UInt32] { append(little: word) }
  }

  /// Adds a frame of `client` talking to its server, in Ethernet and IPv4 or IPv6.
  mutating func write(_ frame: Frame, _ pair: AddressPair) throws {
    let options = frame.flags & Self.syn != 0 ? 20 : frame.flags & Self.rst != 0 ? 0 : 12
    let tcp = 20 + options
    let network = pair.isIPv6 ? 40 : 20
    let length = max(60, 14 + network + tcp + frame.payload)
    let start = bytes.count
    append(little: UInt32(time / 1_000_000))
    append(little: UInt32(time % 1_000_000))
    append(little: UInt32(min(length, snapLength)))
    append(little: UInt32(length))
    appendEthernet(pair, frame)
    if pair.isIPv6 {
      appendIPv6(pair, frame, tcp + frame.payload)
    } else {
      appendIPv4(pair, frame, 20 + tcp + frame.payload)
    }
    appendTCP(pair, frame, options)
    bytes.append(
      contentsOf: repeatElement(UInt8(truncatingIfNeeded: packets), count: start + 16 + length - bytes.count))
    if length > snapLength { bytes.removeLast(length - snapLength) }
    packets += 1
    if bytes.count > 1 << 20 { try flush() }
  }

  mutating func flush() throws {
    try handle.write(contentsOf: bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func appendEthernet(_ pair: AddressPair, _ frame: Frame) {
    for host in [frame.isFromClient ? 2 : 1, frame.isFromClient ? 1 : 2] as [UInt8] {
      bytes.append(contentsOf: [2, 0, 0, 0, 0, host])
    }
    append(big: (pair.isIPv6 ? 0x86DD : 0x0800) as UInt16)
  }

  private mutating func appendIPv4(_ pair: AddressPair, _ frame: Frame, _ length: Int) {
    append(big: 0x4500 as UInt16)
    append(big: UInt16(length))
    append(big: UInt16(truncatingIfNeeded: packets &* 40_503 | 1))
    for word in [0x4000, 0x4006, 0] as [UInt16] { append(big: word) }
    append(big: frame.isFromClient ? pair.client : pair.server)
    append(big: frame.isFromClient ? pair.server : pair.client)
  }

  private mutating func appendIPv6(_ pair: AddressPair, _ frame: Frame, _ length: Int) {
    append(big: 0x6000_0000 as UInt32)
    append(big: UInt16(length))
    append(big: 0x0640 as UInt16)
    for host in frame.isFromClient ? [pair.client, pair.server] : [pair.server, pair.client] {
      for word in [0x2001_0DB8, 0, 0, host] { append(big: word) }
    }
  }

  private mutating func appendTCP(_ pair: AddressPair, _ frame: Frame, _ options: Int) {
    append(big: frame.isFromClient ? pair.clientPort : pair.serverPort)
    append(big: frame.isFromClient ? pair.serverPort : pair.clientPort)
    append(big: frame.sequence)
    append(big: frame.acknowledgment)
    bytes.append(UInt8(20 + options) << 2)
    bytes.append(frame.flags)
    append(big: frame.window)
    append(big: 0 as UInt32)
    if options == 20 { bytes.append(contentsOf: [2, 4, 5, 0xB4, 4, 2, 8, 10]) }
    if options == 12 { bytes.append(contentsOf: [1, 1, 8, 10]) }
    guard options > 0 else { return }
    append(big: UInt32(truncatingIfNeeded: time / 1000))
    append(big: frame.flags & Self.ack != 0 ? UInt32(truncatingIfNeeded: time / 1000 - 3) : 0)
    if options == 20 { bytes.append(contentsOf: [1, 3, 3, 7]) }
  }

  private mutating func append(little word: UInt32) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }
  private mutating func append(big word: UInt32) {
    withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
  }
  private mutating func append(big word: UInt16) {
    withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Who talks to whom.
struct AddressPair {
  var client: UInt32
  var server: UInt32
  var clientPort: UInt16
  var serverPort: UInt16
  var isIPv6 = false
}
