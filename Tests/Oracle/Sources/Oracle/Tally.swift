import Foundation
import Synchronization

/// What was compared, and what differed; from any thread.
final class Tally: Sendable {
  private struct Counts {
    var compared = 0
    var differing = 0
    var fields: [String: Int] = [:]
    var settings: [String: Int] = [:]
  }
  private let counts = Mutex(Counts())
  /// Differences that are printed at most.
  private let mostShown: Int
  private let start = Date()

  init(mostShown: Int) { self.mostShown = mostShown }

  func addCompared(_ count: Int = 1) { counts.withLock { $0.compared += count } }

  /// - Parameter name: the input, as it is to be printed.
  func add(_ difference: Difference, _ setting: String, _ name: () -> String) {
    let number = counts.withLock { counts in
      counts.differing += 1
      counts.settings[setting, default: 0] += 1
      counts.fields.merge(difference.fields) { $0 + $1 }
      return counts.differing
    }
    if number > mostShown { return }
    let text = "\(name()) [\(setting)]\n  \(difference.first)"
    counts.withLock { _ in print(text) }
  }

  /// Prints the sums.
  ///
  /// - Returns: whether nothing differed.
  func close(_ what: String) -> Bool {
    let counts = counts.withLock { $0 }
    for (field, count) in counts.fields.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
      print("\(count) × \(field)")
    }
    for (setting, count) in counts.settings.sorted(by: { $0.key < $1.key }) { print("\(count) with \(setting)") }
    let seconds = Date().timeIntervalSince(start)
    print(
      "\(counts.differing) of \(counts.compared) \(what) differ; \(Int(Double(counts.compared) / seconds)) a second")
    return counts.differing == 0
  }
}
