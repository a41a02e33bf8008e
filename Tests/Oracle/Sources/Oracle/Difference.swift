import Inputs
import NewSide
import OldSide

/// What two trackers say differently of one input.
struct Difference {
  /// The first event that is not the same, from both.
  var first = ""
  /// How many times each field differs, in events of the same kind and flow.
  var fields: [String: Int] = [:]

  /// - Returns: nil where nothing differs.
  init?(_ old: Recorder, _ new: Recorder) {
    guard old.events != new.events else { return nil }
    let index = zip(old.events, new.events).enumerated().first { $1.0 != $1.1 }?.offset
    let place = index ?? min(old.events.count, new.events.count)
    first = Self.describe(
      place, old.events.dropFirst(place).first, new.events.dropFirst(place).first)
    countFields(old.events, new.events)
  }

  private mutating func countFields(_ old: [Recorder.Event], _ new: [Recorder.Event]) {
    var others = Dictionary(new.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    for event in old {
      guard let other = others.removeValue(forKey: event.key) else {
        fields["\(event.kind): only of old", default: 0] += 1
        continue
      }
      for name in Self.names(event, other) { fields["\(event.kind): \(name)", default: 0] += 1 }
    }
    for event in others.values { fields["\(event.kind): only of new", default: 0] += 1 }
    if fields.isEmpty { fields["order of events"] = 1 }
  }

  /// The fields in which two events differ, places in a timeline aside.
  private static func names(_ event: Recorder.Event, _ other: Recorder.Event) -> Set<String> {
    let values = Dictionary(other.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $0 + " " + $1 })
    let own = Dictionary(event.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $0 + " " + $1 })
    return Set(own.keys).union(values.keys).filter { own[$0] != values[$0] }
      .reduce(into: []) { $0.insert(withoutPlace($1)) }
  }

  private static func withoutPlace(_ name: String) -> String {
    guard let open = name.firstIndex(of: "["), let close = name.firstIndex(of: "]") else { return name }
    return name[..<open] + "[]" + name[name.index(after: close)...]
  }

  private static func describe(_ index: Int, _ old: Recorder.Event?, _ new: Recorder.Event?) -> String {
    var text = "event \(index): old \(old?.key ?? "none"), new \(new?.key ?? "none")"
    guard let old, let new, old.key == new.key else {
      for (name, event) in [("old", old), ("new", new)] {
        text += "\n    \(name): \(event?.text ?? "-")"
      }
      return text
    }
    let others = Dictionary(new.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let own = Dictionary(old.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    for field in old.fields where others[field.name] != field.value {
      text += "\n    \(field.name): old \(field.value), new \(others[field.name] ?? "none")"
    }
    for field in new.fields where own[field.name] == nil { text += "\n    \(field.name): new \(field.value)" }
    return text
  }
}

extension Recorder.Event {
  fileprivate var kind: Substring { key.split(separator: " of ").first ?? "" }
  fileprivate var text: String { fields.map { "\($0.name) \($0.value)" }.joined(separator: "; ") }
}

extension Difference {
  /// Feeds both trackers.
  ///
  /// - Returns: nil where both say the same.
  init?(over steps: [TrackerStep], _ setting: Setting) {
    let old = OldSide.Follower.record(of: steps, setting)
    let new = NewSide.Follower.record(of: steps, setting)
    if old.hashes == new.hashes { return nil }
    self.init(
      OldSide.Follower.record(of: steps, setting, writesText: true),
      NewSide.Follower.record(of: steps, setting, writesText: true))
  }
}

extension Difference {
  /// That there is one.
  static var unknown: Difference { Difference() }

  private init() {}
}
