import Anomalies
import ConnectionTracking
import PacketCapture
import PacketDecoding
import Reporting

/// One `wirestat live`, from the opening of the interface to the report.
struct LiveSession: ~Copyable {
  private var source: CaptureSource
  private var kept: CaptureWriter?
  private var follower: PacketFollower
  private var writer: LiveWriter
  private let limits: LiveOptions
  private var packets = 0

  init(
    _ interface: String, _ tracking: TrackingOptions, _ thresholds: Thresholds, _ options: LiveOptions,
    _ writer: consuming LiveWriter
  ) throws(CaptureError) {
    let source = try CaptureSource.listening(at: interface, tracking.filter, options.interfaceOptions)
    let kept = try CaptureWriter.keeping(options.kept, like: source)
    var configuration = tracking.configuration(for: thresholds)
    configuration.reportsTransitions = true
    let intake = PacketIntake(
      inputs: [interface], linkTypes: [source.linkType], verifiesChecksums: tracking.verifyChecksums)
    follower = PacketFollower(configuration, intake)
    self.source = source
    self.kept = kept
    self.writer = writer
    limits = options
  }

  /// Says on standard error that packets are taken from now on.
  func announce() {
    Terminal.report("listening at \(source.name) (\(source.linkType.name)); Ctrl-C ends with the report")
  }

  /// Listens until a limit is reached or the user asks for the end.
  ///
  /// - Returns: what ended the capture before that.
  /// - Throws: what the output's descriptor says when it can't be written.
  mutating func listen() throws -> CaptureError? {
    let end = limits.duration.map { CaptureSource.now.advanced(byNanoseconds: Int64($0 * 1e9)) }
    while !Interruption.isRequested, limits.packets.map({ packets < $0 }) ?? true {
      // Read before the interface is: where it then has nothing, every packet up to this moment was delivered.
      let now = CaptureSource.now
      if let end, now >= end { break }
      do throws(CaptureError) {
        guard try step(at: now) else { break }
      } catch {
        return error
      }
      try writer.take(follower.events) { follower.intake.encapsulations[$0] }
      follower.removeEvents()
    }
    return nil
  }

  /// Takes a packet, or lets time pass where none came; false where there will be no more.
  private mutating func step(at now: Timestamp) throws(CaptureError) -> Bool {
    let step = try source.next { bytes, info throws(CaptureError) in
      follower.take(bytes, info)
      try kept?.write(bytes, info)
    }
    switch step {
    case .packet: packets += 1
    case .timeout: follower.advance(to: now)
    case .end: return false
    }
    return true
  }

  /// Writes the report.
  ///
  /// - Parameter failure: what ended the capture before its time.
  /// - Returns: why the run fails, where a finding makes it.
  consuming func finish(_ failure: CaptureError?) throws -> Failure? {
    let drops = source.statistics.map { DropCounts(kernel: $0.droppedByKernel, interface: $0.droppedByInterface) }
    try kept?.flush()
    while follower.endFlows() {
      try writer.take(follower.events) { follower.intake.encapsulations[$0] }
      follower.removeEvents()
    }
    var capture = follower.finish(failure)
    capture.drops = drops
    return try writer.finish(capture)
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
