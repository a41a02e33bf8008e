import Foundation
import PacketDecoding
import TestSupport
import Testing

@testable import PacketCapture

struct CaptureWriterTests {
  @Test(arguments: SampleCaptures.paths)
  func aCopyReadsLikeTheOriginal(_ path: String) throws {
    // Times that 32 bits of seconds hold, as a pcap file does: libpcap reads 64 bits of them in pcapng.
    let original = Reading(path)
    guard original.error == nil, original.packets.allSatisfy({ $0.info.time.nanoseconds >= 0 }) else { return }
    try Self.expectSame(original, asCopyOf: path)
  }

  @Test func nanosecondsAndCutPacketsAreKept() throws {
    var writer = PcapWriter(.nanoseconds, .bigEndian, linkType: .linuxCooked2, snapLength: 96)
    writer.append([1, 2, 3], at: Timestamp(nanoseconds: 1_700_000_000_123_456_789), originalLength: 9000)
    writer.append([], at: Timestamp(nanoseconds: 1))
    try withTemporaryFile(writer.bytes) { path in try Self.expectSame(Reading(path), asCopyOf: path) }
  }

  @Test func whatCannotBeCreated() throws {
    try withTemporaryFile(PcapWriter().bytes) { path in
      let source = try CaptureSource(file: path)
      let error = #expect(throws: CaptureError.self) {
        _ = try CaptureWriter(file: "/nonexistent/copy.pcap", like: source)
      }
      #expect(error?.problem == .io)
      #expect(error?.message == "/nonexistent/copy.pcap: cannot be written: No such file or directory")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDiskIsSaid() throws {
    var writer = PcapWriter()
    writer.append([1], at: Timestamp(nanoseconds: 0))
    let error = try withTemporaryFile(writer.bytes) { path in
      #expect(throws: CaptureError.self) { try Self.copy(path, to: "/dev/full") }
    }
    #expect(error?.problem == .io)
    #expect(error?.message == "/dev/full: cannot be written: No space left on device")
  }

  private static func expectSame(_ original: Reading, asCopyOf path: String) throws {
    try withTemporaryFile([]) { copy in
      try Self.copy(path, to: copy)
      #expect(Reading(copy) == original)
    }
  }

  private static func copy(_ path: String, to copy: String) throws(CaptureError) {
    var source = try CaptureSource(file: path)
    var writer = try CaptureWriter(file: copy, like: source)
    while case .packet = try source.next({ bytes, info throws(CaptureError) in try writer.write(bytes, info) }) {}
    try writer.close()
  }
}
