/// Records in a file in order of their numbers, each behind its number (8 bytes) and its length (4 bytes).
struct SortedRun {
  let range: Range<Int>
  let count: Int

  static let headLength = 12

  /// Writes the records of `held`, which are sorted.
  init(writing held: borrowing HeldRecords, to file: SpillFile) throws(SystemError) {
    let start = file.count
    var output = OutputBuffer { try file.append($0) }
    for index in held.entries.indices {
      let entry = held.entries[index]
      output.append(word: UInt64(bitPattern: Int64(entry.number)), length: 8)
      output.append(word: UInt64(entry.length), length: 4)
      held.write(index) { output.append($0) }
    }
    output.flush()
    if let failure = output.failure {
      file.truncate(to: start)
      throw failure as? SystemError ?? SystemError.damaged
    }
    range = start..<file.count
    count = held.entries.count
  }
}

/// Reads a run from its beginning to its end, a block at a time.
struct RunReader {
  /// That of the record at hand; nil at the end, and after a failure.
  private(set) var number: Int?
  private(set) var failure: SystemError?
  /// Records that were not read yet, the one at hand among them.
  private(set) var left: Int
  private let file: SpillFile
  private let blockLength: Int
  private var unread: Range<Int>
  private var block: [UInt8] = []
  /// Of the record at hand, without its head, in ``block``.
  private var record = 0..<0

  init(_ run: SortedRun, in file: SpillFile, blockLength: Int) {
    self.file = file
    self.blockLength = blockLength
    left = run.count
    unread = run.range
    advance()
  }

  /// Gives the record at hand away and goes on to the next.
  mutating func take(_ body: (Span<UInt8>) -> Void) {
    body(block.span.extracting(record))
    left -= 1
    advance()
  }

  private mutating func advance() {
    number = nil
    guard left > 0 else { return }
    do throws(SystemError) {
      var start = record.upperBound
      start = try fill(from: start, SortedRun.headLength)
      let key = word(at: start, length: 8)
      let length = Int(word(at: start + 8, length: 4))
      start = try fill(from: start + SortedRun.headLength, length)
      record = start..<start + length
      number = Int(truncatingIfNeeded: key)
    } catch {
      failure = error
    }
  }

  /// Sees to it that `needed` bytes from `start` on are in ``block``, and says where they then begin.
  private mutating func fill(from start: Int, _ needed: Int) throws(SystemError) -> Int {
    guard block.count - start < needed else { return start }
    block.removeFirst(start)
    let length = min(max(blockLength, needed - block.count), unread.count)
    guard block.count + length >= needed else { throw SystemError.damaged }
    try file.read(unread.lowerBound..<unread.lowerBound + length, into: &block)
    unread = unread.lowerBound + length..<unread.upperBound
    return 0
  }

  private func word(at start: Int, length: Int) -> UInt64 {
    (0..<length).reduce(0) { $0 | UInt64(block[start + $1]) << UInt64(8 * $1) }
  }
}

/// Several runs as one.
struct RunMerge {
  private var readers: [RunReader] = []
  /// The readers that have a record at hand, that with the lowest number first.
  private var order: [Int] = []

  /// - Parameter memory: bytes, for the blocks of all runs.
  init(_ runs: [SortedRun], in file: SpillFile?, memory: Int) {
    guard let file else { return }
    let blockLength = min(max(memory / max(runs.count, 1), 4096), 1 << 16)
    readers = runs.map { RunReader($0, in: file, blockLength: blockLength) }
    order = readers.indices.filter { readers[$0].number != nil }.sorted { number(of: $0) < number(of: $1) }
  }

  /// That of the next record.
  var number: Int? { order.first.map(number(of:)) }

  /// The first error of a reader, and how many records were lost by all.
  var failure: SystemError? { readers.lazy.compactMap(\.failure).first }
  var lost: Int { readers.reduce(0) { $0 + ($1.failure == nil ? 0 : $1.left) } }

  /// Gives the next record away.
  mutating func take(_ body: (Span<UInt8>) -> Void) {
    guard let first = order.first else { return }
    readers[first].take(body)
    guard readers[first].number != nil else {
      order.removeFirst()
      return
    }
    // Flows end nearly in order, so a reader mostly stays the first.
    var place = 0
    while place + 1 < order.count, number(of: order[place + 1]) < number(of: order[place]) {
      order.swapAt(place, place + 1)
      place += 1
    }
  }

  private func number(of reader: Int) -> Int { readers[reader].number ?? .max }
}
