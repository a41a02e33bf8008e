import Foundation
import GroundTruth
import PacketDecoding

/// Runs scenarios and writes what came of them: three captures and the truth beside them.
struct Recorder {
  let directory: URL

  init(directory path: String) throws {
    directory = URL(fileURLWithPath: path)
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw LaboratoryError("cannot make the directory \(path): \(error.localizedDescription)", status: EX_CANTCREAT)
    }
  }

  /// Makes one recording in a pair of namespaces of its own.
  ///
  /// What was recorded until then is kept where the scenario fails.
  func record(
    _ name: String, summary: String?, version: IPVersion, seed: UInt64 = 0, _ script: (Experiment) throws -> Void
  ) throws {
    let run = "wirestat-\(getpid())"
    let trace = StateTrace(name: run)
    let experiment = try Experiment(run: run, version: version, seed: seed)
    let failure = Result { try script(experiment) }
    // Sockets that the script left open are closed with it: what their ends come to is worth a look as well.
    try? experiment.checkpoint("the programs have gone")
    experiment.line.stop()
    let events = experiment.line.events.sorted { $0.time < $1.time }
    let transitions = trace?.read(addresses: Set(experiment.a.addresses + experiment.b.addresses)) ?? []
    let recording = Recording(
      scenario: name, summary: summary, a: experiment.a.addresses, b: experiment.b.addresses,
      checks: experiment.checkpoints, kernelTrace: transitions,
      log: events.compactMap(\.logged), rejections: events.rejections, translations: experiment.line.translations,
      end: Clock.now())
    try write(recording, events, middle: experiment.tapsBothInterfaces ? events : events.filter { !$0.isSent })
    try failure.get()
  }

  /// Records one random walk.
  func record(walk seed: UInt64) throws {
    var walk = RandomWalk(seed: seed)
    try record("walk-\(seed)", summary: nil, version: walk.version, seed: seed) { try walk.run(on: $0) }
  }

  private func write(_ recording: Recording, _ events: [Relay.Event], middle: [Relay.Event]) throws {
    try save(events.filter { $0.side == .a }, "\(recording.scenario).a.pcap")
    try save(events.filter { $0.side == .b }, "\(recording.scenario).b.pcap")
    try save(middle, "\(recording.scenario).mid.pcap")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try save(encoder.encode(recording) + Data("\n".utf8), "\(recording.scenario).truth.json")
  }

  private func save(_ events: [Relay.Event], _ name: String) throws {
    let packets = events.map { event in
      let bytes = event.packet.bytes
      return CapturedPacket(time: event.time, bytes: bytes, originalLength: bytes.count)
    }
    try save(Data(CaptureFile.bytes(of: packets)), name)
  }

  private func save(_ data: Data, _ name: String) throws {
    try data.write(to: directory.appending(path: name))
  }
}

extension [Relay.Event] {
  /// The ICMP errors among what was delivered; nil where there are none.
  fileprivate var rejections: [LoggedRejection]? {
    var decoder = PacketDecoder()
    let rejections = compactMap { event -> LoggedRejection? in
      guard !event.isSent, event.packet.segment == nil else { return nil }
      let info = PacketInfo(
        time: Timestamp(nanoseconds: event.time), frame: 1, originalLength: event.packet.bytes.count, linkType: .raw)
      guard case .icmpError(let error) = decoder.decode(event.packet.bytes.span, info) else { return nil }
      return LoggedRejection(t: event.time, local: error.source.description, peer: error.destination.description)
    }
    return rejections.isEmpty ? nil : rejections
  }
}

extension Relay.Event {
  fileprivate var logged: LoggedPacket? {
    packet.segment.map { LoggedPacket(time: time, side: side, isSent: isSent, segment: $0) }
  }
}
