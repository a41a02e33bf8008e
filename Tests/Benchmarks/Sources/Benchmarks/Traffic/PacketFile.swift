import Foundation

/// Writes packets of TCP into a pcap file or a pipe, a megabyte at a time, with the checksums a sender would compute.
struct PacketFile: ~Copyable {
  struct Frame {
    var isFromClient: Bool
    var flags: UInt8
    var sequence: UInt32
    var acknowledgment: UInt32
    var payload = 0
    var window: UInt16 = 502
    /// Added to the value of the timestamp option, in milliseconds.
    var clockSkew: UInt32 = 0
    /// Takes the place of the options that a frame of its flags has.
    var options: [UInt8]?
  }

  static let fin: UInt8 = 1
  static let syn: UInt8 = 2
  static let rst: UInt8 = 4
  static let psh: UInt8 = 8
  static let ack: UInt8 = 16

  private let descriptor: Int32
  private let snapLength: Int
  private let payload = PayloadPool()
  private var bytes: [UInt8] = []
  /// The 16-bit words appended since it was cleared, for checksums.
  private var sum: UInt64 = 0
  /// In microseconds since the epoch.
  var time: UInt64 = 1_700_000_000_000_000
  private(set) var packets = 0
  /// True once nobody reads the pipe any more.
  private(set) var isBroken = false

  init(descriptor: Int32, snapLength: Int = 262_144) {
    self.descriptor = descriptor
    self.snapLength = snapLength
    bytes.reserveCapacity(2 << 20)
    for word in [0xA1B2_C3D4, 2 | 4 << 16, 0, 0, UInt32(snapLength), 1] as [UInt32] { append(little: word) }
  }

  init(path: String, snapLength: Int) throws {
    let descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o644)
    guard descriptor >= 0 else { throw Failure("\(path) cannot be written.") }
    self.init(descriptor: descriptor, snapLength: snapLength)
  }

  /// Adds a frame between a client and its server, in Ethernet and IPv4 or IPv6.
  mutating func write(_ frame: Frame, _ pair: AddressPair) {
    let segment = 20 + optionLength(of: frame) + frame.payload
    let length = max(60, 14 + (pair.isIPv6 ? 40 : 20) + segment)
    let start = begin(length: length)
    appendEthernet(type: pair.isIPv6 ? 0x86DD : 0x0800, isFromClient: frame.isFromClient)
    if pair.isIPv6 { appendIPv6(pair, frame, segment) } else { appendIPv4(pair, frame, segment) }
    appendTCP(pair, frame, segment)
    end(at: start, length: length)
  }

  /// Adds a frame as it is.
  mutating func write(raw frame: [UInt8]) {
    let start = begin(length: frame.count)
    bytes.append(contentsOf: frame)
    end(at: start, length: frame.count)
  }

  /// Writes what waits and closes the descriptor.
  ///
  /// - Returns: how many packets there were.
  consuming func finish() -> Int {
    flush()
    close(descriptor)
    return packets
  }
}

extension PacketFile {
  private mutating func begin(length: Int) -> Int {
    let start = bytes.count
    append(little: UInt32(time / 1_000_000))
    append(little: UInt32(time % 1_000_000))
    append(little: UInt32(min(length, snapLength)))
    append(little: UInt32(length))
    return start + 16
  }

  /// Pads a short frame, cuts a long one to the snap length.
  private mutating func end(at start: Int, length: Int) {
    let missing = start + length - bytes.count
    if missing > 0 { bytes.append(contentsOf: repeatElement(0, count: missing)) }
    if length > snapLength { bytes.removeLast(length - snapLength) }
    packets += 1
    if bytes.count > 1 << 20 { flush() }
  }

  private mutating func flush() {
    var written = 0
    while written < bytes.count, !isBroken {
      let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { written += count } else if errno != EINTR { isBroken = true }
    }
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func appendEthernet(type: UInt16, isFromClient: Bool) {
    for host in [isFromClient ? 2 : 1, isFromClient ? 1 : 2] as [UInt16] {
      append(big: 0x0200_0000 as UInt32)
      append(big: host)
    }
    append(big: type)
  }

  private mutating func appendIPv4(_ pair: AddressPair, _ frame: Frame, _ segment: Int) {
    sum = 0
    append(big: 0x4500_0000 | UInt32(20 + segment))
    append(big: UInt32(truncatingIfNeeded: packets &* 40_503) << 16 | 0x4000)
    append(big: (frame.isFromClient ? 64 : 58) << 8 | 6 as UInt16)
    let place = bytes.count
    append(big: 0 as UInt16)
    let before = sum
    append(big: frame.isFromClient ? pair.client : pair.server)
    append(big: frame.isFromClient ? pair.server : pair.client)
    store(checksum: sum, at: place)
    sum -= before
  }

  private mutating func appendIPv6(_ pair: AddressPair, _ frame: Frame, _ segment: Int) {
    append(big: 0x6000_0000 as UInt32)
    append(big: UInt32(segment) << 16 | 0x0600 | (frame.isFromClient ? 64 : 58))
    sum = 0
    for host in frame.isFromClient ? [pair.client, pair.server] : [pair.server, pair.client] {
      append(big: 0x2001_0DB8 as UInt32)
      append(big: 0 as UInt32)
      append(big: 0 as UInt32)
      append(big: host)
    }
  }

  /// Goes on with the sum of the addresses, which the pseudo-header has first.
  private mutating func appendTCP(_ pair: AddressPair, _ frame: Frame, _ segment: Int) {
    sum += 6 + UInt64(segment)
    append(big: frame.isFromClient ? pair.clientPort : pair.serverPort)
    append(big: frame.isFromClient ? pair.serverPort : pair.clientPort)
    append(big: frame.sequence)
    append(big: frame.acknowledgment)
    append(big: UInt16(20 + optionLength(of: frame)) << 10 | UInt16(frame.flags))
    append(big: frame.window)
    let place = bytes.count
    append(big: 0 as UInt32)
    appendOptions(of: frame)
    guard frame.payload > 0 else { return store(checksum: sum, at: place) }
    let (content, contentSum) = payload.slice(packets, length: frame.payload)
    bytes.append(contentsOf: content)
    store(checksum: sum + contentSum, at: place)
  }

  /// What Linux sends: all options with a SYN, timestamps with the rest, none with a reset.
  private func optionLength(of frame: Frame) -> Int {
    if let options = frame.options { return options.count }
    return frame.flags & Self.syn != 0 ? 20 : frame.flags & Self.rst != 0 ? 0 : 12
  }

  private mutating func appendOptions(of frame: Frame) {
    if let options = frame.options {
      bytes.append(contentsOf: options)
      sum += PayloadPool.sum(of: options)
      return
    }
    let length = optionLength(of: frame)
    if length == 0 { return }
    if length == 20 { append(big: 0x0204_05B4 as UInt32) }
    append(big: (length == 20 ? 0x0402_080A : 0x0101_080A) as UInt32)
    let now = UInt32(truncatingIfNeeded: time / 1000) &+ frame.clockSkew
    append(big: now)
    append(big: frame.flags & Self.ack != 0 ? now &- 3 : 0)
    if length == 20 { append(big: 0x0103_0307 as UInt32) }
  }

  /// RFC 1071: the complement of the folded sum.
  private mutating func store(checksum words: UInt64, at place: Int) {
    var folded = words
    while folded > 0xFFFF { folded = folded >> 16 + folded & 0xFFFF }
    bytes[place] = ~UInt8(truncatingIfNeeded: folded >> 8)
    bytes[place + 1] = ~UInt8(truncatingIfNeeded: folded)
  }

  private mutating func append(little word: UInt32) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }
  private mutating func append(big word: UInt32) {
    sum += UInt64(word >> 16) + UInt64(word & 0xFFFF)
    withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
  }
  private mutating func append(big word: UInt16) {
    sum += UInt64(word)
    withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
