/// Writes down what a tracker says, field by field: as one hash an event, or as text.
///
/// Hashes tell that something differs, and quickly; text tells what. Where hashes differ and text does not, the two
/// only number the same cases in another way, and nothing differs.
package struct Recorder: Sendable {
  /// An event in words.
  package struct Event: Sendable, Equatable {
    /// What it is, of which flow, and the how manieth of those.
    package var key = ""
    package var fields: [Field] = []
  }
  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: String
  }

  package let writesText: Bool
  /// One an event.
  package private(set) var hashes: [UInt64] = []
  package private(set) var events: [Event] = []
  package var hash: UInt64 = 0
  package var prefix = ""
  package var fields: [Field] = []
  private var counts: [String: Int] = [:]

  package init(writesText: Bool) { self.writesText = writesText }

  /// Ends the event that was written.
  package mutating func end(_ kind: StaticString, flow: Int) {
    hashes.append(hash)
    hash = 0
    guard writesText else { return }
    var key = "\(kind) of flow \(flow)"
    counts[key, default: 0] += 1
    if let count = counts[key], count > 1 { key += ", \(count)" }
    events.append(Event(key: key, fields: fields))
    fields = []
  }

  package mutating func removeAll() {
    hashes.removeAll(keepingCapacity: true)
    events.removeAll(keepingCapacity: true)
  }

  /// What is added from now on belongs to `part`.
  @inlinable
  package mutating func part(_ part: @autoclosure () -> String) {
    if writesText { prefix = part() }
  }

  /// - Parameter text: how it reads, where it is not the number itself.
  @inlinable
  package mutating func add(
    _ name: StaticString, _ number: UInt64, _ text: @autoclosure () -> String? = nil
  ) {
    mix(number)
    if writesText { write(name, text() ?? "\(number)") }
  }

  @inlinable
  package mutating func add(_ name: StaticString, _ number: Int) {
    mix(UInt64(bitPattern: Int64(number)))
    if writesText { write(name, "\(number)") }
  }

  @inlinable
  package mutating func add(_ name: StaticString, _ isTrue: Bool) {
    mix(isTrue ? 1 : 0)
    if writesText { write(name, "\(isTrue)") }
  }

  package mutating func add(_ name: StaticString, _ bytes: [UInt8]) {
    mix(UInt64(bytes.count))
    for byte in bytes { mix(UInt64(byte)) }
    if writesText { write(name, "\(bytes)") }
  }

  /// A word that stands for a case.
  @inlinable
  package mutating func add(_ name: StaticString, word: String) {
    var folded: UInt64 = 0
    for byte in word.utf8 { folded = (folded ^ UInt64(byte)) &* 0x100_0000_01B3 }
    mix(folded)
    if writesText { write(name, word) }
  }

  @inlinable
  package mutating func mix(_ number: UInt64) {
    hash = (hash ^ number) &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 32
  }

  @usableFromInline
  package mutating func write(_ name: StaticString, _ text: String) {
    fields.append(Field(name: "\(prefix)\(name)", value: text))
  }
}

/// A tracker that writes down what it says.
package protocol Recording: AnyObject {
  init(_ setting: Setting, writesText: Bool)
  var record: Recorder { get }
  func take(_ steps: [TrackerStep])
  /// Ends the input.
  func finish()
  /// Forgets what is written down.
  func forget()
}

extension Recording {
  package static func record(of steps: [TrackerStep], _ setting: Setting, writesText: Bool = false) -> Recorder {
    let recording = Self(setting, writesText: writesText)
    recording.take(steps)
    recording.finish()
    return recording.record
  }
}
