public import PacketDecoding

/// Several capture files read as one stream in time order.
///
/// Of equal times the files take turns, the one named first first; frames are numbered through the whole stream. Within a file the
/// order stays that of the file. A file is open only from its first packet's time on, so that a long series of rotated
/// files needs neither many descriptors nor much memory. One file alone is read straight through.
@safe public struct CaptureSet: ~Copyable {
  /// The link types of the files, each once, in the order of their first file.
  public let linkTypes: [LinkType]
  /// What ended the reading of a file before its end. The others were read on.
  public private(set) var failures: [CaptureError] = []
  @usableFromInline var packet = CapturedPacket()
  /// What can be read from the one file without asking it.
  @usableFromInline var run = RecordRun()
  private var single: CaptureSource?
  private var merge: CaptureMerge?

  /// Opens every file once, so that what cannot be read at all is known before any work is done.
  ///
  /// - Parameters:
  ///   - files: paths; `-` is standard input.
  ///   - filter: lets only packets through that match, in the language of pcap-filter(7). The others still count as
  ///     frames.
  /// - Throws: ``CaptureError`` for the first file that is none, is no capture, or holds no TCP that can be found.
  public init(files: [String], filter: String? = nil) throws(CaptureError) {
    guard files.count != 1, !files.isEmpty else {
      let source = try CaptureSource.decodable(files.first ?? "-", filter)
      linkTypes = [source.linkType]
      packet = source.packet
      run = source.run
      single = consume source
      return
    }
    let merge = try CaptureMerge(files, filter)
    linkTypes = merge.linkTypes
    self.merge = merge
  }

  /// How many bytes of the files were read, and of how many; nil where one of them is a pipe.
  public var progress: (read: Int64, total: Int64)? {
    switch single {
    case .some(let source): source.progress
    case .none: merge?.progress
    }
  }

  /// Reads the next packet and lends it to `body`.
  ///
  /// - Returns: what `body` made of it; nil at the end of all files, and ``failures`` then says which of them failed.
  /// - Throws: what `body` throws.
  @inlinable
  public mutating func next<Value, Failure: Error>(
    _ body: (Span<UInt8>, PacketInfo) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    run.next(into: &packet) || advance() ? try packet.lend(to: body) : nil
  }

  /// Reads packet after packet and lends each to `body`, until that returns false.
  ///
  /// - Returns: false at the end of all files.
  @inlinable
  public mutating func read(while body: (Span<UInt8>, PacketInfo) -> Bool) -> Bool {
    // Held here and not in the set, they stay in registers.
    var run = self.run
    var packet = self.packet
    while true {
      if !run.next(into: &packet) {
        guard advance(after: run, packet) else { return false }
        run = self.run
        packet = self.packet
      }
      guard packet.lend(to: body) else {
        self.run = run
        self.packet = packet
        return true
      }
    }
  }

  /// Moves to the next packet where `run` has none after `packet`.
  @usableFromInline @inline(never)
  mutating func advance(after run: RecordRun, _ packet: CapturedPacket) -> Bool {
    self.run = run
    self.packet = packet
    return advance()
  }

  /// Moves to the next packet where ``run`` has none.
  @usableFromInline @inline(never)
  mutating func advance() -> Bool {
    if merge != nil { return advanceMerge() }
    do throws(CaptureError) {
      single?.resume(run, after: packet)
      guard case .packet = try single?.advance() else { return false }
      packet = single?.packet ?? packet
      run = single?.run ?? run
      return true
    } catch {
      failures.append(error)
      single = nil
      return false
    }
  }

  private mutating func advanceMerge() -> Bool {
    guard let next = merge?.next() else {
      failures = merge?.failures ?? []
      return false
    }
    packet = next
    return true
  }
}

extension CaptureSource {
  /// Opens a file whose packets can be decoded, with a filter where there is one.
  static func decodable(_ file: String, _ filter: String?) throws(CaptureError) -> CaptureSource {
    var source = try CaptureSource(file: file)
    try source.requireDecodable()
    if let filter { try source.setFilter(filter) }
    return source
  }
}
