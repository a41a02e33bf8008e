import PacketDecoding
import TestSupport
import Testing

@testable import PacketCapture

/// Several files are one stream in time order.
struct CaptureSetTests {
  @Test func packetsInterleaveByTime() throws {
    let files = [Self.file(1, at: [10, 30, 50]), Self.file(2, at: [20, 40]), Self.file(3, at: [5, 60])]
    let read = try Self.read(files)
    #expect(read.packets.map(\.bytes) == [[3], [1], [2], [1], [2], [1], [3]])
    #expect(read.packets.map { $0.info.time.nanoseconds } == [5, 10, 20, 30, 40, 50, 60])
    #expect(read.packets.map(\.info.frame) == Array(1...7))
    #expect(read.failures.isEmpty)
  }

  @Test func equalTimesTakeTurnsInTheOrderOfTheArguments() throws {
    let files = [Self.file(1, at: [10, 10]), Self.file(2, at: [10]), Self.file(3, at: [10, 10])]
    #expect(try Self.read(files).packets.map(\.bytes) == [[1], [2], [3], [1], [3]])
    #expect(try Self.read(files.reversed()).packets.map(\.bytes) == [[3], [2], [1], [3], [1]])
  }

  @Test func oneFileIsNotReordered() throws {
    let read = try Self.read([Self.file(1, at: [30, 10, 20])])
    #expect(read.packets.map { $0.info.time.nanoseconds } == [30, 10, 20])
  }

  @Test func aFileWhoseClockWentBackKeepsItsOrder() throws {
    let read = try Self.read([Self.file(1, at: [30, 10, 50]), Self.file(2, at: [20, 40])])
    #expect(read.packets.map { $0.info.time.nanoseconds } == [20, 30, 10, 40, 50])
  }

  @Test func linkTypesMayDiffer() throws {
    let read = try Self.read([Self.file(1, at: [10], .ethernet), Self.file(2, at: [5, 20], .linuxCooked2)])
    #expect(read.linkTypes == [.ethernet, .linuxCooked2])
    #expect(read.packets.map(\.info.linkType) == [.linuxCooked2, .ethernet, .linuxCooked2])
  }

  @Test func aDamagedFileDoesNotEndTheOthers() throws {
    let damaged = Array(Self.file(1, at: [10, 30]).dropLast())
    let read = try Self.read([damaged, Self.file(2, at: [20, 40])])
    #expect(read.packets.map { $0.info.time.nanoseconds } == [10, 20, 40])
    #expect(read.failures.map(\.problem) == [.damaged])
    #expect(read.failures.first?.message.contains("inside frame 2 at byte 41") == true)
  }

  @Test func aDamagedFileAloneGivesWhatItHas() throws {
    let read = try Self.read([Self.file(1, at: [10, 30]).dropLast()])
    #expect(read.packets.map { $0.info.time.nanoseconds } == [10])
    #expect(read.failures.map(\.problem) == [.damaged])
  }

  @Test func anEmptyCaptureAmongOthers() throws {
    let read = try Self.read([Self.file(1, at: []), Self.file(2, at: [20]), Self.file(3, at: [])])
    #expect(read.packets.map { $0.info.time.nanoseconds } == [20])
    #expect(read.failures.isEmpty)
  }

  @Test func filteredPacketsCountInTheMergedStream() throws {
    let files = [Self.file(1, at: [10, 30], size: 20), Self.file(2, at: [20, 40], size: 40)]
    let read = try Self.read(files, filter: "greater 30")
    #expect(read.packets.map(\.info.frame) == [2, 4])
  }

  @Test func manyRotatedFilesNeedFewDescriptors() throws {
    let files = (0..<1500).map { Self.file(UInt8($0 % 256), at: [Int64($0) * 10, Int64($0) * 10 + 5]) }
    let read = try Self.read(files)
    #expect(read.packets.map { $0.info.time.nanoseconds } == stride(from: 0, to: 15_000, by: 5).map(Int64.init))
    #expect(read.failures.isEmpty)
  }

  @Test func whatCannotBeReadAtAllIsSaidBeforeAnyWork() throws {
    let other = Self.file(1, at: [10], LinkType(rawValue: 189))
    #expect(throws: CaptureError.self) { try Self.read([Self.file(1, at: [10]), other]) }
    #expect(throws: CaptureError.self) { try Self.read([Self.file(1, at: [10]), Array("text".utf8)]) }
    #expect(throws: CaptureError.self) { try Self.read([Self.file(1, at: [10])], filter: "tcp prt") }
  }

  @Test func progressEndsAtTheWhole() throws {
    try withTemporaryFile(Self.file(1, at: [10, 30])) { first in
      try withTemporaryFile(Self.file(2, at: [20])) { second in
        for files in [[first], [first, second]] {
          var captures = try CaptureSet(files: files)
          while captures.next({ _, _ in }) != nil {}
          let progress = captures.progress
          #expect(progress?.read == progress?.total && progress != nil)
        }
      }
    }
  }

  /// A capture of packets that hold only `mark`, at these nanoseconds.
  private static func file(
    _ mark: UInt8, at times: [Int64], _ linkType: LinkType = .ethernet, size: Int = 1
  ) -> [UInt8] {
    var writer = PcapWriter(.nanoseconds, linkType: linkType)
    for time in times { writer.append([UInt8](repeating: mark, count: size), at: Timestamp(nanoseconds: time)) }
    return writer.bytes
  }

  private static func read(
    _ files: [[UInt8]], filter: String? = nil
  ) throws -> (packets: [ReadPacket], failures: [CaptureError], linkTypes: [LinkType]) {
    try withTemporaryFiles(files) { paths in
      var captures = try CaptureSet(files: paths, filter: filter)
      var packets: [ReadPacket] = []
      while let packet = captures.next({ ReadPacket($0, $1) }) { packets.append(packet) }
      return (packets, captures.failures, captures.linkTypes)
    }
  }
}
