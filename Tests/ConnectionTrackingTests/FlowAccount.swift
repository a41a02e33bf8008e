import ConnectionTracking
import PacketDecoding
import TestSupport

/// What a tracker says of some flows of an input, as though they had been alone in it: flows are numbered without the
/// others, and frames are those that the packets had by themselves.
struct FlowAccount {
  private(set) var events: [TrackerEvent] = []
  private var numbers: [Int: Int] = [:]
  private let frame: (UInt64) -> UInt64
  private let address: (SocketAddress) -> SocketAddress

  /// - Parameters:
  ///   - isOurs: whether a flow with that client is told of.
  ///   - frame: the frame by itself of one in the input.
  ///   - address: what an end is told as.
  init(
    of input: [TrackerEvent], isOurs: (SocketAddress) -> Bool = { _ in true },
    frame: @escaping (UInt64) -> UInt64 = { $0 }, address: @escaping (SocketAddress) -> SocketAddress = { $0 }
  ) {
    self.frame = frame
    self.address = address
    let ours = input.flatMap(\.ends).filter { isOurs($0.client) }.map(\.number).sorted()
    for (index, number) in ours.enumerated() { numbers[number] = index + 1 }
    for event in input { take(event) }
  }

  private mutating func take(_ event: TrackerEvent) {
    switch event {
    case .began(let flow): numbers[flow].map { events.append(.began(flow: $0)) }
    case .transition(let flow, let client, let server, let entry):
      guard let number = numbers[flow] else { return }
      events.append(.transition(flow: number, client: address(client), server: address(server), entry: alone(entry)))
    case .ended(let flow):
      if numbers[flow.number] != nil { events.append(.ended(alone(flow))) }
    case .passed(let digests):
      // How many are told of at once depends on the others.
      for digest in digests where numbers[digest.number] != nil { events.append(.passed([alone(digest)])) }
    case .stream(var event):
      guard let number = numbers[event.flow] else { return }
      event.flow = number
      event.frame = frame(event.frame)
      events.append(.stream(event))
    }
  }

  private func alone(_ flow: Flow) -> Flow {
    var result = flow
    result.number = numbers[flow.number] ?? 0
    result.previousFlow = flow.previousFlow.map { numbers[$0] ?? 0 }
    result.client = address(flow.client)
    result.server = address(flow.server)
    result.firstSeen = alone(flow.firstSeen)
    result.lastSeen = alone(flow.lastSeen)
    result.timeline = flow.timeline.map(alone)
    result.observations = flow.observations.map { observation in
      var result = observation
      result.first = alone(observation.first)
      result.last = alone(observation.last)
      return result
    }
    return result
  }

  private func alone(_ digest: FlowDigest) -> FlowDigest {
    var result = digest
    result.number = numbers[digest.number] ?? 0
    result.client = address(digest.client)
    result.server = address(digest.server)
    result.firstSeen = alone(digest.firstSeen)
    result.lastSeen = alone(digest.lastSeen)
    result.clientEnd.unclosedFrame = alone(digest.clientEnd.unclosedFrame)
    result.serverEnd.unclosedFrame = alone(digest.serverEnd.unclosedFrame)
    return result
  }

  private func alone(_ entry: Transition) -> Transition {
    Transition(
      time: entry.time, frame: entry.frame.map(frame), endpoint: entry.endpoint, from: entry.from, to: entry.to,
      cause: entry.cause, evidence: entry.evidence, confirmed: entry.confirmed.map(alone),
      refuted: entry.refuted.map(alone))
  }

  private func alone(_ moment: PacketStamp) -> PacketStamp {
    PacketStamp(time: moment.time, frame: alone(moment.frame))
  }

  /// 0 stands for no frame.
  private func alone(_ number: UInt64) -> UInt64 { number == 0 ? 0 : frame(number) }
}

extension TrackerEvent {
  /// The flows whose end it tells of.
  fileprivate var ends: [(number: Int, client: SocketAddress)] {
    switch self {
    case .ended(let flow): [(flow.number, flow.client)]
    case .passed(let digests): digests.map { ($0.number, $0.client) }
    case .began, .transition, .stream: []
    }
  }
}
