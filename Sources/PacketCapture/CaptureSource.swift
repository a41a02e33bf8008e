import CPcap
public import PacketDecoding

/// A capture file or a network interface, read packet by packet.
///
/// The bytes of a packet are on loan for one call of the closure given to ``next(_:)``; what is to stay is copied out
/// there. A source has one owner and closes what it opened when that owner lets go.
///
/// ```swift
/// var source = try CaptureSource(file: "web.pcap")
/// try source.setFilter("tcp port 80")
/// while case .packet(let length) = try source.next({ bytes, info in bytes.count }) {
///   print(length)
/// }
/// ```
@safe public struct CaptureSource: ~Copyable {
  /// How the packets begin; one link type for all of them.
  public let linkType: LinkType
  @usableFromInline var packet = CapturedPacket()
  let handle: PcapHandle
  private var blocks: BlockReader?
  private var filter: CaptureFilter?

  /// Opens a capture file: pcap in every flavour libpcap reads, or pcapng as libpcap reads it.
  ///
  /// - Parameter file: a path, or `-` for standard input; a pipe will do.
  /// - Throws: ``CaptureError``: no such input, not a capture, no permission, or the system's failure to read.
  public init(file: String) throws(CaptureError) {
    try self.init(file: file, throughLibpcap: false)
  }

  /// Opens a capture file; a test asks for libpcap where otherwise ``BlockReader`` reads.
  package init(file: String, throughLibpcap: Bool) throws(CaptureError) {
    try self.init(CaptureFile(path: file).open())
    if !throughLibpcap { blocks = BlockReader(handle, linkType) }
  }

  init(_ handle: consuming PcapHandle) {
    linkType = unsafe LinkType(rawValue: pcap_datalink(handle.pointer))
    packet.info.linkType = linkType
    self.handle = handle
  }

  /// The file or interface, as messages name it.
  public var name: String { handle.name }

  /// How many bytes of a regular file were read, and of how many; nil for a pipe or an interface.
  public var progress: (read: Int64, total: Int64)? {
    guard let total = handle.size, let read = offset else { return nil }
    return (min(read, total), total)
  }

  /// Where in the file the next record begins.
  private var offset: Int64? {
    switch blocks {
    case .some(let blocks): blocks.offset
    case .none: handle.offset
    }
  }

  /// Lets only packets through that match `expression`, in the language of pcap-filter(7).
  ///
  /// In a file, those that do not match still count as frames; on an interface the kernel drops them unseen.
  ///
  /// - Throws: ``CaptureError`` with libpcap's words where it does not compile.
  public mutating func setFilter(_ expression: String) throws(CaptureError) {
    var filter = try CaptureFilter(expression, for: handle)
    if handle.format == nil {
      try filter.install(in: handle)
    } else {
      self.filter = consume filter
    }
  }

  /// Refuses a capture whose link type `PacketDecoder` does not know, before any of it is read.
  public func requireDecodable() throws(CaptureError) {
    guard PacketDecoder.supports(linkType) else { throw .unsupported(linkType, in: name) }
  }

  /// Reads the next packet and lends it to `body`.
  ///
  /// - Parameter body: is given the captured bytes and what the capture says about them.
  /// - Returns: what `body` made of the packet; or that none came in time, or that there are no more.
  /// - Throws: ``CaptureError`` where the file is damaged; all that came before was delivered. What `body` throws.
  @inlinable
  public mutating func next<Value>(
    _ body: (Span<UInt8>, PacketInfo) throws(CaptureError) -> Value
  ) throws(CaptureError) -> CaptureStep<Value> {
    switch try advance() {
    case .packet: .packet(try packet.lend(to: body))
    case .timeout: .timeout
    case .end: .end
    }
  }
}

/// What ``CaptureSource/next(_:)`` came to: pcap_next_ex(3)'s outcomes, its error being thrown.
public enum CaptureStep<Value> {
  case packet(Value)
  /// No packet came within the read timeout of an interface; more may.
  case timeout
  /// The file has no more, or the read was broken off.
  case end
}

extension CaptureStep: Sendable where Value: Sendable {}

extension CaptureSource {
  /// Moves to the next packet that passes the filter, so that ``packet`` holds it.
  @usableFromInline mutating func advance() throws(CaptureError) -> CaptureStep<Void> {
    while true {
      let step = try advanceUnfiltered()
      guard case .packet = step else { return step }
      if passesFilter { return step }
    }
  }

  /// Moves to the next packet of the input, whatever the filter says.
  mutating func advanceUnfiltered() throws(CaptureError) -> CaptureStep<Void> {
    guard let found = blocks?.next(into: &packet) else { return try readThroughLibpcap() }
    if found { return .packet(()) }
    // The end of the file, or a record that is not plain: libpcap says which, and reads on from there.
    blocks?.handOver(to: handle)
    blocks = nil
    return try readThroughLibpcap()
  }

  /// The records that can be taken from memory, where every one is wanted; none where packets come another way.
  ///
  /// What is taken from it is missed here until ``resume(_:after:)``.
  var run: RecordRun {
    if isFiltered { return RecordRun() }
    return switch blocks {
    case .some(let blocks): blocks.run
    case .none: RecordRun()
    }
  }

  /// Goes on after the records taken from ``run``, the last of which is `packet`.
  mutating func resume(_ run: RecordRun, after packet: CapturedPacket) {
    if isFiltered { return }
    self.packet = packet
    blocks?.resume(run)
  }

  private var isFiltered: Bool {
    switch filter {
    case .some: true
    case .none: false
    }
  }

  var passesFilter: Bool {
    switch filter {
    case .some(let filter): filter.matches(packet)
    case .none: true
    }
  }

  private mutating func readThroughLibpcap() throws(CaptureError) -> CaptureStep<Void> {
    if Interruption.isRequested { return .end }
    let offset = handle.offset
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var bytes: UnsafePointer<UInt8>?
    var outcome = unsafe pcap_next_ex(handle.pointer, &header, &bytes)
    if outcome == 0, handle.waitForPackets() {
      outcome = unsafe pcap_next_ex(handle.pointer, &header, &bytes)
    }
    switch outcome {
    case 0: return .timeout
    case PCAP_ERROR_BREAK: return .end
    case 1:
      guard let header = unsafe header else { return .end }
      unsafe packet.hold(header.pointee, bytes, from: handle.format)
      return .packet(())
    default:
      if Interruption.isRequested { return .end }
      throw handle.readError(afterFrame: packet.info.frame, offset: offset)
    }
  }
}
