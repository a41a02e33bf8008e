import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Ordinary connections to one server, each from a port of its own, some of them at the same time.
struct Crowd {
  private(set) var segments: [Segment] = []
  private var count = 0

  /// Adds a connection like that of `model`, from a port of its own.
  ///
  /// - Parameter start: when it begins, in seconds.
  mutating func add(_ model: [Segment], at start: Double) {
    let port = UInt16(1000 + count)
    count += 1
    for var segment in model {
      segment.time = segment.time.advanced(byNanoseconds: Int64(start * 1_000_000_000))
      if segment.source.port == WireScript.client.port {
        segment.source.port = port
      } else {
        segment.destination.port = port
      }
      segments.append(segment)
    }
  }

  /// Its segments in the order in which they pass.
  var inOrder: [Segment] {
    var result = segments.sorted { ($0.time, $0.source.port) < ($1.time, $1.source.port) }
    for index in result.indices { result[index].frame = UInt64(index) + 1 }
    return result
  }
}

/// A tracker that has taken `segments`, and the flows that have ended.
struct Followed: ~Copyable {
  private var tracker: ConnectionTracker
  private(set) var ended: [Flow] = []
  /// Of each segment; what is predicted counts as carried, which the machine says of it.
  private(set) var verdicts: [PacketVerdict?] = []

  init(_ segments: [Segment], _ configure: (inout TrackerConfiguration) -> Void = { _ in }) {
    var configuration = TrackerConfiguration()
    configure(&configuration)
    tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    let nothing: [UInt8] = []
    for segment in segments {
      verdicts.append(tracker.process(segment, payload: nothing.span, into: &events)?.byTheMachine)
    }
    take(events)
  }

  var openFlows: Int { tracker.openFlows }

  /// The flows still open end, too.
  mutating func finish() -> [Flow] {
    var events: [TrackerEvent] = []
    while tracker.endFlows(into: &events) {}
    take(events)
    return ended
  }

  private mutating func take(_ events: [TrackerEvent]) {
    ended += events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
  }

  /// Checks that flows are told of as by a tracker that predicts nothing, and by one that saves no SYN either; and that
  /// the three agree on every segment.
  static func compare(
    _ segments: [Segment], _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ configure: (inout TrackerConfiguration) -> Void = { _ in }
  ) {
    var short = Followed(segments, configure)
    let told = short.finish()
    for reportsTransitions in [false, true] {
      var long = Followed(segments) {
        configure(&$0)
        $0.predictsSegments = false
        $0.reportsTransitions = reportsTransitions
      }
      #expect(short.verdicts == long.verdicts, comment, sourceLocation: sourceLocation)
      let expected = long.finish()
      #expect(told.count == expected.count, comment, sourceLocation: sourceLocation)
      for (flow, other) in zip(told, expected) { #expect(flow == other, comment, sourceLocation: sourceLocation) }
    }
  }
}

extension PacketVerdict {
  /// The same where nothing is predicted.
  var byTheMachine: PacketVerdict {
    var result = self
    if kind == .predicted { result.kind = .carried }
    return result
  }
}

extension OrdinaryWay {
  /// What passes up to the line `place`, the last one where that is nil.
  func segments(upTo place: Int? = nil) throws -> [Segment] {
    let nothing = Departure(testDescription: "nothing")
    let script = try script(leavingAfter: place ?? lines.count, by: nothing, goesOn: false)
    return script.lines.compactMap(\.segment)
  }
}
