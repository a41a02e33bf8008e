import PacketDecoding

/// The merge of several files by time.
///
/// A file sleeps, closed, until the stream has come to its first packet; awake files each hold the packet they would
/// give next. There are as many of those as files overlap, so the least is looked for without a heap.
@safe struct CaptureMerge {
  private(set) var linkTypes: [LinkType] = []
  private(set) var failures: [CaptureError] = []
  private let filter: String?
  /// Latest first, so that the next to wake is the last.
  private var asleep: [SleepingFile] = []
  private var awake: [AwakeFile] = []
  /// Whose packet is on loan; it may read on only when the next one is asked for.
  private var lender: AwakeFile?
  private var frame: UInt64 = 0
  private var finished: Int64 = 0
  private var total: Int64? = 0

  init(_ paths: [String], _ filter: String?) throws(CaptureError) {
    self.filter = filter
    for (place, path) in paths.enumerated() { try add(path, place) }
    asleep.sort { ($1.first, $1.place) < ($0.first, $0.place) }
  }

  var progress: (read: Int64, total: Int64)? {
    total.map { (finished + awake.reduce(0) { $0 + ($1.source.progress?.read ?? 0) }, $0) }
  }

  /// The next packet of the stream that passes the filter, under its number in the stream.
  mutating func next() -> CapturedPacket? {
    while let file = nextFile() {
      lender = file
      frame += 1
      guard file.source.passesFilter else { continue }
      var packet = file.source.packet
      packet.info.frame = frame
      return packet
    }
    return nil
  }

  private mutating func nextFile() -> AwakeFile? {
    if let lender {
      self.lender = nil
      let time = lender.time
      if !readOn(lender) { awake.removeAll { $0 === lender } }
      lender.given = lender.time == time ? lender.given &+ 1 : 0
    }
    var earliest = awake.min { $0.precedes($1) }
    while let sleeper = asleep.last, earliest.map({ sleeper.first <= $0.time }) ?? true {
      asleep.removeLast()
      wake(sleeper)
      earliest = awake.min { $0.precedes($1) }
    }
    return earliest
  }

  /// Opens a file for its link type and first time; a pipe cannot be opened twice and stays awake.
  private mutating func add(_ path: String, _ place: Int) throws(CaptureError) {
    let file = AwakeFile(try .decodable(path, filter), place)
    if !linkTypes.contains(file.source.linkType) { linkTypes.append(file.source.linkType) }
    let size = file.source.progress?.total
    if let size, let sum = total { total = sum + size } else { total = nil }
    guard readOn(file) else { return }
    if size == nil {
      awake.append(file)
    } else {
      asleep.append(SleepingFile(path: path, place: place, first: file.time))
    }
  }

  private mutating func wake(_ sleeper: SleepingFile) {
    do throws(CaptureError) {
      let file = AwakeFile(try .decodable(sleeper.path, filter), sleeper.place)
      if readOn(file) { awake.append(file) }
    } catch {
      failures.append(error)
    }
  }

  /// Moves a file to its next packet; false where it has none.
  private mutating func readOn(_ file: AwakeFile) -> Bool {
    do throws(CaptureError) {
      if case .packet = try file.source.advanceUnfiltered() { return true }
    } catch {
      failures.append(error)
    }
    finished += file.source.progress?.total ?? 0
    return false
  }
}

/// A file whose first packet lies ahead.
private struct SleepingFile {
  let path: String
  let place: Int
  let first: Timestamp
}

/// A file that is being read. A class, because an array holds no noncopyable values.
private final class AwakeFile {
  let place: Int
  var source: CaptureSource
  /// How many packets of the same time it gave already: files take turns, so that copies follow each other.
  var given = 0

  init(_ source: consuming CaptureSource, _ place: Int) {
    self.source = source
    self.place = place
  }

  var time: Timestamp { source.packet.info.time }

  func precedes(_ other: AwakeFile) -> Bool { (time, given, place) < (other.time, other.given, other.place) }
}
