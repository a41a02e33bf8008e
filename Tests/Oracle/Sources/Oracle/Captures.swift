import Inputs
import NewSide
import OldSide
import PacketCapture

/// Every capture under `paths` through both trackers, in every setting.
func compareCaptures(_ paths: [String]) -> Bool {
  let tally = Tally(mostShown: 20)
  var packets = 0
  var captures = 0
  for path in Capture.paths(under: paths) {
    guard var capture = try? Capture(path) else {
      print("\(path): not read")
      continue
    }
    let steps = capture.next(.max)
    packets += steps.count
    captures += 1
    for setting in Setting.forCaptures {
      tally.addCompared()
      if let difference = Difference(over: steps, setting) { tally.add(difference, setting.name) { path } }
    }
  }
  print("\(captures) captures, \(packets) packets, \(Setting.forCaptures.count) settings")
  return tally.close("runs")
}

/// One capture of any length through both trackers, never held as a whole.
func compareLong(_ path: String) throws(CaptureError) -> Bool {
  let tally = Tally(mostShown: 20)
  let settings = [
    Setting("in batches") { $0.batch = 32 },
    Setting("digests") { ($0.batch, $0.digestsUneventful) = (80, true) },
    Setting("transitions") { $0.reportsTransitions = true },
  ]
  for setting in settings {
    tally.addCompared()
    guard try differs(path, setting, writesText: false) != nil else { continue }
    guard let difference = try differs(path, setting, writesText: true) else { continue }
    tally.add(difference, setting.name) { path }
  }
  return tally.close("runs")
}

/// - Returns: the difference in the first few thousand packets that have one; one that says nothing where only hashes
///   are compared.
private func differs(
  _ path: String, _ setting: Setting, writesText: Bool
) throws(CaptureError) -> Difference? {
  var capture = try Capture(path)
  let old = OldSide.Follower(setting, writesText: writesText)
  let new = NewSide.Follower(setting, writesText: writesText)
  var isOver = false
  while !isOver {
    let steps = capture.next(4096)
    isOver = steps.isEmpty
    if isOver {
      old.finish()
      new.finish()
    } else {
      old.take(steps)
      new.take(steps)
    }
    if writesText {
      if let difference = Difference(old.record, new.record) { return difference }
    } else if old.record.hashes != new.record.hashes {
      return .unknown
    }
    old.forget()
    new.forget()
  }
  return nil
}
