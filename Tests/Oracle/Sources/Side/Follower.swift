#if OLD
  import OldTracking
#else
  import ConnectionTracking
#endif
package import Inputs
import PacketDecoding

/// One of the two trackers, with everything it says written down.
package final class Follower: Recording {
  private let setting: Setting
  private var tracker: ConnectionTracker
  private var batch: SegmentBatch
  private var events: [TrackerEvent] = []
  private var taken = 0
  package private(set) var record: Recorder

  package init(_ setting: Setting, writesText: Bool) {
    self.setting = setting
    tracker = ConnectionTracker(TrackerConfiguration(setting))
    batch = SegmentBatch(capacity: setting.batch ?? 1)
    record = Recorder(writesText: writesText)
  }

  package func take(_ steps: [TrackerStep]) {
    for step in steps {
      if setting.batch == nil { feed(step) } else { gather(step) }
      taken += 1
      guard let looks = setting.looks, taken % looks == 0 else { continue }
      writeEvents()
      for flow in tracker.snapshot() {
        record.add(flow)
        record.end("look", flow: flow.number)
      }
    }
    writeEvents()
  }

  package func finish() {
    tracker.observe(&batch, into: &events)
    while tracker.endFlows(into: &events) {}
    writeEvents()
  }

  package func forget() { record.removeAll() }

  private func feed(_ step: TrackerStep) {
    switch step {
    case .segment(let segment, let payload): tracker.observe(segment, payload: payload.span, into: &events)
    case .icmpError(let error): tracker.observe(error, into: &events)
    case .silence(let time): tracker.advance(to: time, into: &events)
    }
  }

  private func gather(_ step: TrackerStep) {
    switch step {
    case .segment(let segment, let payload):
      batch.next = segment
      batch.add(payload: payload.span)
    case .icmpError(let error): batch.add(.error(error))
    case .silence(let time): batch.add(.time(time))
    }
    if batch.isFull { tracker.observe(&batch, into: &events) }
  }

  private func writeEvents() {
    for event in events { record.add(event) }
    events.removeAll(keepingCapacity: true)
  }
}

extension TrackerConfiguration {
  fileprivate init(_ setting: Setting) {
    self.init()
    stack = StackProfile.all[setting.stack]
    if let most = setting.maximumFlows { maximumFlows = most }
    if let most = setting.maximumOutOfOrderBytes { maximumOutOfOrderBytes = most }
    reportsTransitions = setting.reportsTransitions
    digestsUneventful = setting.digestsUneventful
    reassemblesStreams = setting.reassemblesStreams
  }
}
