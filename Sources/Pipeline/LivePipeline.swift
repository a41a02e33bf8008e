public import ConnectionTracking
public import PacketCapture
public import PacketDecoding
import Reporting

/// Packets of an interface, from its opening to the report.
public struct LivePipeline: ~Copyable {
  /// What is captured, and for how long.
  public struct Options: Sendable {
    public var interface = InterfaceOptions()
    /// Only packets that match, in the language of pcap-filter(7).
    public var filter: String?
    /// See ``FilePipeline/Options/verifiesChecksums``.
    public var verifiesChecksums = false
    /// The file that the packets are kept in.
    public var keptIn: String?
    /// In nanoseconds, from the first look at the interface.
    public var duration: Int64?
    public var packets: Int?

    public init() {}
  }

  private var source: CaptureSource
  private var kept: CaptureWriter?
  private var pipeline: PacketPipeline
  private var stream: ReportStream
  private let options: Options
  private var packets = 0

  /// Opens the interface.
  public init(
    _ interface: String, _ options: Options, _ configuration: TrackerConfiguration, _ stream: consuming ReportStream
  ) throws(CaptureError) {
    let source = try CaptureSource.listening(at: interface, options.filter, options.interface)
    kept = try CaptureWriter.keeping(options.keptIn, like: source)
    var configuration = configuration
    configuration.reportsTransitions = true
    pipeline = PacketPipeline(
      configuration, inputs: [interface], linkTypes: [source.linkType], verifiesChecksums: options.verifiesChecksums)
    self.source = source
    self.stream = stream
    self.options = options
  }

  /// The interface's name and its link type's.
  public var name: String { source.name }
  public var linkType: LinkType { source.linkType }

  /// Listens until a limit is reached or the user asks for the end.
  ///
  /// - Returns: what ended the capture before that.
  /// - Throws: what the output's descriptor says when it can't be written.
  public mutating func listen() throws -> CaptureError? {
    let end = options.duration.map { CaptureSource.now.advanced(byNanoseconds: $0) }
    while !Interruption.isRequested, options.packets.map({ packets < $0 }) ?? true {
      // Read before the interface is: where it then has nothing, every packet up to this moment was delivered.
      let now = CaptureSource.now
      if let end, now >= end { break }
      do throws(CaptureError) {
        guard try step(at: now) else { break }
      } catch {
        return error
      }
      try stream.take(pipeline.events) { pipeline.encapsulations[$0] }
      pipeline.removeEvents()
    }
    return nil
  }

  /// Takes a packet, or lets time pass where none came; false where there will be no more.
  private mutating func step(at now: Timestamp) throws(CaptureError) -> Bool {
    let step = try source.next { bytes, info throws(CaptureError) in
      pipeline.take(bytes, info)
      try kept?.write(bytes, info)
    }
    switch step {
    case .packet: packets += 1
    case .timeout: pipeline.advance(to: now)
    case .end: return false
    }
    return true
  }

  /// Writes the report.
  ///
  /// - Parameter failure: what ended the capture before its time.
  /// - Returns: what the gate says.
  public consuming func finish(_ failure: CaptureError?) throws -> GateVerdict {
    let drops = source.statistics.map { DropCounts(kernel: $0.droppedByKernel, interface: $0.droppedByInterface) }
    try kept?.flush()
    while pipeline.endFlows() {
      try stream.take(pipeline.events) { pipeline.encapsulations[$0] }
      pipeline.removeEvents()
    }
    var capture = pipeline.finish(failure)
    capture.drops = drops
    return try stream.finish(capture)
  }
}

extension CaptureSource {
  /// Opens an interface whose packets can be decoded, with a filter where there is one.
  fileprivate static func listening(
    at interface: String, _ filter: String?, _ options: InterfaceOptions
  ) throws(CaptureError) -> CaptureSource {
    var source = try CaptureSource(interface: interface, options: options)
    try source.requireDecodable()
    if let filter { try source.setFilter(filter) }
    return source
  }
}

extension CaptureWriter {
  fileprivate static func keeping(
    _ file: String?, like source: borrowing CaptureSource
  ) throws(CaptureError) -> CaptureWriter? {
    guard let file else { return nil }
    return try CaptureWriter(file: file, like: source)
  }
}
