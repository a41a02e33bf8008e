/// Keeps records that come in any order and gives them back in order of their numbers, in bounded memory.
///
/// Beyond the budget, what is held goes to a temporary file as a sorted run; the runs are merged in the end. Where that
/// file cannot be written, the records that find no more room are left out and counted in ``omission``.
///
/// ```swift
/// spool.add(2) { $0.append("second\n") }
/// spool.add(1) { $0.append("first\n") }
/// spool.drain { output.append($0) }        // first, second
/// ```
///
/// It is a class, since its file has one place.
final class OrderedSpool {
  /// The records that were left out, and why.
  struct Omission: Equatable {
    var records: Int
    var reason: String
  }

  /// nil where every record was kept.
  private(set) var omission: Omission?
  private let limit: Int
  private let openFile: () throws(SystemError) -> SpillFile
  private var held = HeldRecords()
  private var file: SpillFile?
  private var runs: [SortedRun] = []
  private var failure: SystemError?

  /// - Parameters:
  ///   - memory: bytes, for what is held and for the reading of what is not. A record alone may take more.
  ///   - openFile: makes the temporary file, once it is needed.
  init(
    memory: Int, openFile: @escaping () throws(SystemError) -> SpillFile = { () throws(SystemError) in try SpillFile() }
  ) {
    // Half, since the room of a growing buffer is up to twice what is in it.
    limit = min(max(memory / 2, 1), 1 << 30)
    self.openFile = openFile
  }

  /// Keeps what `write` writes.
  ///
  /// - Returns: false where there is no room; then `write` was not called.
  @discardableResult
  func add(_ number: Int, _ write: (inout OutputBuffer) -> Void) -> Bool {
    if held.charge >= limit { spill() }
    if held.charge >= limit, let failure {
      leaveOut(1, failure)
      return false
    }
    held.add(number, write)
    return true
  }

  /// Gives every record back, in order of their numbers, and forgets them.
  func drain(_ body: (Span<UInt8>) -> Void) {
    held.sort()
    var merge = RunMerge(runs, in: file, memory: limit)
    while true {
      if let next = merge.number, next < held.number ?? .max {
        merge.take(body)
      } else if held.number != nil {
        held.take(body)
      } else {
        break
      }
    }
    if let failure = merge.failure { leaveOut(merge.lost, failure) }
    held = HeldRecords()
    runs = []
    file = nil
  }

  private func leaveOut(_ records: Int, _ error: SystemError) {
    omission = Omission(records: (omission?.records ?? 0) + records, reason: error.description)
  }

  /// Writes what is held as a run; after a failure there are no more.
  private func spill() {
    guard failure == nil else { return }
    do throws(SystemError) {
      if file == nil { file = try openFile() }
      guard let file else { return }
      held.sort()
      runs.append(try SortedRun(writing: held, to: file))
      held.removeAll()
    } catch {
      failure = error
    }
  }
}

/// Records in memory: their bytes one behind the other, and where each is.
struct HeldRecords: ~Copyable {
  struct Entry {
    let number: Int
    let start: UInt32
    let length: UInt32
  }

  private var bytes = OutputBuffer()
  private(set) var entries: [Entry] = []
  /// How many were taken.
  private var taken = 0
  private var isSorted = true

  /// Bytes they take.
  var charge: Int { bytes.count + entries.count * MemoryLayout<Entry>.stride }

  /// That of the next record to be taken.
  var number: Int? { taken < entries.count ? entries[taken].number : nil }

  mutating func add(_ number: Int, _ write: (inout OutputBuffer) -> Void) {
    let start = bytes.count
    write(&bytes)
    if let last = entries.last, last.number > number { isSorted = false }
    entries.append(
      Entry(number: number, start: UInt32(clamping: start), length: UInt32(clamping: bytes.count - start)))
  }

  mutating func sort() {
    if !isSorted { entries.sort { $0.number < $1.number } }
    isSorted = true
  }

  /// Gives the next record away.
  mutating func take(_ body: (Span<UInt8>) -> Void) {
    write(taken, body)
    taken += 1
  }

  /// Lends the record of an entry.
  func write(_ index: Int, _ body: (Span<UInt8>) -> Void) {
    let entry = entries[index]
    bytes.withBytes { body($0.extracting(Int(entry.start)..<Int(entry.start) + Int(entry.length))) }
  }

  mutating func removeAll() {
    bytes.removeAll()
    entries.removeAll(keepingCapacity: true)
    isSorted = true
  }
}
