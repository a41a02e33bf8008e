import Foundation
@testable import Reporting
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Records in order, in bounded memory")
struct OrderedSpoolTests {
  /// In one run, in several, and in one a record: the same records in the same order.
  @Test(arguments: [1, 200, 4096, 1 << 30])
  func orderDoesNotDependOnTheBudget(memory: Int) throws {
    var generator = SeededGenerator(seed: 7)
    let numbers = (0..<3000).map { $0 * 3 }.shuffled(using: &generator)
    let spool = OrderedSpool(memory: memory)
    for number in numbers { #expect(spool.add(number) { $0.append(Self.text(number)) }) }
    #expect(drained(spool) == numbers.sorted().map(Self.text))
    #expect(spool.omission == nil)
  }

  /// Nearly in order, as flows end.
  @Test func recordsOfAnyLength() {
    let spool = OrderedSpool(memory: 100_000)
    let lengths = [0, 1, 70_000, 5, 200_000, 0, 4096, 65_536, 12]
    let texts = lengths.enumerated().map { String(repeating: "\($0)", count: $1) }
    for index in [1, 0, 2, 4, 3, 5, 8, 7, 6] { spool.add(index) { $0.append(texts[index]) } }
    #expect(drained(spool) == texts)
  }

  @Test func aSpoolIsEmptyOnceItIsDrained() {
    let spool = OrderedSpool(memory: 1)
    for number in 0..<9 { spool.add(number) { $0.append(Self.text(number)) } }
    #expect(drained(spool).count == 9)
    #expect(drained(spool) == [])
  }

  /// `/dev/full` takes no byte: what fits in memory comes out, the rest is counted.
  @Test func aDiskWithoutRoom() {
    let spool = OrderedSpool(memory: 1000) { () throws(SystemError) in
      SpillFile(descriptor: unsafe open("/dev/full", O_RDWR))
    }
    expectOmission(of: spool, "No space left on device")
  }

  @Test func aFileThatCannotBeMade() {
    let spool = OrderedSpool(memory: 1000) { () throws(SystemError) in throw SystemError(code: EACCES) }
    expectOmission(of: spool, "Permission denied")
  }

  /// Runs that were written stay, and so does what memory holds once the disk takes no more.
  @Test func aDiskThatTakesNoMore() throws {
    let path = FileManager.default.temporaryDirectory.path + "/wirestat-spill-\(UUID().uuidString)"
    defer { unsafe unlink(path) }
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    let spool = OrderedSpool(memory: 1000) { () throws(SystemError) in SpillFile(descriptor: descriptor) }
    for number in 0..<65 { #expect(spool.add(number) { $0.append(Self.text(number)) }) }
    let readOnly = unsafe open(path, O_RDONLY)
    dup2(readOnly, descriptor)
    close(readOnly)
    let kept = (65..<200).filter { number in spool.add(number) { $0.append(Self.text(number)) } }
    #expect(!kept.isEmpty && kept.count < 135)
    #expect(drained(spool) == (Array(0..<65) + kept).map(Self.text))
    #expect(spool.omission == .init(records: 135 - kept.count, reason: SystemError(code: EBADF).description))
  }

  /// What was written and cannot be read again is counted as well.
  @Test func aFileThatIsCutShort() throws {
    let path = FileManager.default.temporaryDirectory.path + "/wirestat-spill-\(UUID().uuidString)"
    defer { unsafe unlink(path) }
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    let spool = OrderedSpool(memory: 1000) { () throws(SystemError) in SpillFile(descriptor: descriptor) }
    for number in 0..<100 { spool.add(number) { $0.append(Self.text(number)) } }
    #expect(ftruncate(descriptor, 5) == 0)
    let texts = drained(spool)
    #expect(texts.count < 100)
    #expect(spool.omission == .init(records: 100 - texts.count, reason: SystemError.damaged.description))
  }

  @Test func aFileGivesBackWhatItTook() throws {
    let file = try SpillFile()
    try file.append([1, 2, 3].span)
    var read: [UInt8] = []
    try file.read(1..<3, into: &read)
    #expect(read == [2, 3])
    #expect(throws: SystemError.damaged) { try file.read(1..<4, into: &read) }
  }

  private func expectOmission(of spool: OrderedSpool, _ reason: String) {
    let kept = (0..<200).filter { number in spool.add(number) { $0.append(Self.text(number)) } }
    #expect(!kept.isEmpty && kept.count < 200)
    #expect(drained(spool) == kept.map(Self.text))
    #expect(spool.omission == .init(records: 200 - kept.count, reason: reason))
  }

  private func drained(_ spool: OrderedSpool) -> [String] {
    var texts: [String] = []
    spool.drain { record in texts.append(String(decoding: record.indices.map { record[$0] }, as: UTF8.self)) }
    return texts
  }

  private static func text(_ number: Int) -> String { "record \(number)\n" }
}
