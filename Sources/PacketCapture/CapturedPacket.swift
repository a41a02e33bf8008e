import CPcap
public import PacketDecoding

/// The packet that was read last. Its bytes belong to the reader and are gone when that reads on, so they leave only
/// as a loan for one call.
@safe @usableFromInline struct CapturedPacket {
  @usableFromInline var start: UnsafePointer<UInt8>?
  @usableFromInline var count = 0
  @usableFromInline var info = PacketInfo(
    time: Timestamp(nanoseconds: 0), frame: 0, originalLength: 0, linkType: .ethernet)

  @inlinable
  func lend<Value, Failure: Error>(
    to body: (Span<UInt8>, PacketInfo) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
    return try unsafe body(bytes.span, info)
  }

  /// Takes what pcap_next_ex(3) gave, as the next frame.
  mutating func hold(_ header: pcap_pkthdr, _ bytes: UnsafePointer<UInt8>?, from format: CaptureFormat?) {
    unsafe start = unsafe bytes
    count = Int(header.caplen)
    info.originalLength = Int(header.len)
    info.time = Timestamp(header.ts, from: format)
    info.frame += 1
  }
}

extension Timestamp {
  /// libpcap's time in nanoseconds.
  init(_ time: timeval, from format: CaptureFormat?) {
    guard case .pcap(let nanoseconds, _) = format else {
      self.init(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_usec))
      return
    }
    self.init(
      pcapSeconds: UInt32(truncatingIfNeeded: time.tv_sec),
      fraction: UInt32(truncatingIfNeeded: nanoseconds ? time.tv_usec : time.tv_usec / 1000), nanoseconds: nanoseconds)
  }

  /// The two 32-bit fields of a pcap record.
  ///
  /// They are unsigned, which is good until 2106; libpcap reads them as signed or not by the file's byte order.
  init(pcapSeconds seconds: UInt32, fraction: UInt32, nanoseconds: Bool) {
    self.init(seconds: Int64(seconds), nanoseconds: Int64(fraction) * (nanoseconds ? 1 : 1000))
  }
}
