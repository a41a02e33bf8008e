import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

/// A SYN that is saved, and the RST that refuses it, are told of as if the flow had taken them when they passed. A tracker
/// that reports each transition saves none: what it says is the measure.
@Suite("Saved SYNs")
struct SavedSYNTests {
  @Test("are told of as ever, whatever they say and whatever follows", arguments: SYNForm.all)
  func form(_ form: SYNForm) {
    for ends in SYNEnds.all {
      for isRefused in [false, true] {
        for following in Following.all {
          compare(SavedConversation(form, ends, isRefused: isRefused, following, after: 250))
        }
      }
    }
  }

  /// Times of copies, of answers, of silences, of timers; and longer than a saved RST can be away.
  @Test("are told of as ever, whenever it follows", arguments: [0, 1, 3, 60, 999, 1000, 5000, 59_749, 70_000, 300_000])
  func delays(milliseconds: Int64) {
    for ends in SYNEnds.all {
      for isRefused in [false, true] {
        for following in Following.all {
          compare(SavedConversation(SYNForm.all[0], ends, isRefused: isRefused, following, after: milliseconds))
        }
      }
    }
  }

  /// How long a RST may come after the SYN to be saved with it, and how many packets.
  @Test("are refused at any distance", arguments: [0, 999, 1000, 4294, 4295, 400_000] as [Int64])
  func distances(milliseconds: Int64) {
    for frames in [1, UInt64(UInt32.max), 1 << 32, 1 << 40] {
      for ends in SYNEnds.all {
        for following in Following.all {
          var conversation = SavedConversation(SYNForm.all[0], ends, isRefused: true, following, after: 250)
          conversation.delayRefusal(milliseconds: milliseconds, frames: frames)
          compare(conversation) { $0.leastSilence = 10_000_000_000 }
          compare(conversation)
        }
      }
    }
  }

  /// The others would hold as well if none were saved, or replayed at once.
  @Test("are kept as they are until something follows", arguments: SYNForm.all)
  func areSaved(_ form: SYNForm) throws {
    for ends in SYNEnds.all {
      for isRefused in [false, true] {
        let conversation = SavedConversation(form, ends, isRefused: isRefused, Following.all[0], after: 0)
        var tracker = ConnectionTracker()
        var events: [TrackerEvent] = []
        for step in conversation.steps { step.feed(to: &tracker, &events) }
        let held = tracker.records.slot(of: ConnectionKey(conversation.syn))
        let slot = try #require(held)
        #expect(ConnectionTable.isSaved(slot) == form.isSaved)
        if form.isSaved { #expect(tracker.records[saved: slot].isRefused == isRefused) }
        _ = tracker.snapshot()
        let stillHeld = tracker.records.slot(of: ConnectionKey(conversation.syn))
        #expect(stillHeld == slot, "a look changes nothing")
      }
    }
  }

  private func compare(
    _ conversation: SavedConversation, sourceLocation: SourceLocation = #_sourceLocation,
    _ configure: (inout TrackerConfiguration) -> Void = { _ in }
  ) {
    let saved = Told(conversation, configure)
    let direct = Told(conversation) {
      configure(&$0)
      $0.reportsTransitions = true
    }
    let digested = Told(conversation) {
      configure(&$0)
      $0.digestsUneventful = true
    }
    let name = "\(conversation)"
    if saved.looks != direct.looks {
      Issue.record("\(name): looks like \(saved.looks) and not \(direct.looks)", sourceLocation: sourceLocation)
    }
    if saved.events != direct.events {
      Issue.record("\(name): \(saved.events) and not \(direct.events)", sourceLocation: sourceLocation)
    }
    if digested.digests != direct.digests {
      Issue.record("\(name): \(digested.digests) and not \(direct.digests)", sourceLocation: sourceLocation)
    }
  }
}

/// What a tracker says of a conversation.
private struct Told {
  /// The flows after each step.
  var looks: [[Flow]] = []
  /// The events that do not depend on who asks for what.
  var events: [TrackerEvent] = []
  /// What is counted of the flows that end.
  var digests: [FlowDigest] = []

  init(_ conversation: SavedConversation, _ configure: (inout TrackerConfiguration) -> Void) {
    var configuration = TrackerConfiguration()
    configure(&configuration)
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for step in conversation.steps {
      step.feed(to: &tracker, &events)
      looks.append(tracker.snapshot())
    }
    tracker.finish(into: &events)
    for event in events {
      switch event {
      case .passed(let passed): digests += passed
      case .ended(let flow):
        digests.append(FlowDigest(flow))
        self.events.append(event)
      case .began: self.events.append(event)
      case .transition, .stream: break
      }
    }
  }
}
