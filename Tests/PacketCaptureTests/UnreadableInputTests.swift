import Foundation
import PacketDecoding
import TestSupport
import Testing

@testable import PacketCapture

/// Each way an input can fail has its own problem and a sentence that says where and what to do.
struct UnreadableInputTests {
  @Test func noSuchFile() {
    #expect(error("/nonexistent/web.pcap") == CaptureError(.noSuchInput, "/nonexistent/web.pcap: no such file"))
  }

  @Test func directory() {
    #expect(error("/tmp")?.problem == .noSuchInput)
    #expect(error("/tmp")?.message == "/tmp: a directory; name the captures in it, as /tmp/*.pcap")
  }

  @Test(.enabled(if: getuid() != 0, "root may read every file"))
  func noPermission() throws {
    try withTemporaryFile(PcapWriter().bytes) { path in
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      #expect(error(path) == CaptureError(.noPermission, "\(path): this user has no permission to open it"))
    }
  }

  @Test func empty() throws {
    try withTemporaryFile([]) { path in
      #expect(error(path) == CaptureError(.notACapture, "\(path): not a pcap or pcapng capture; it is empty"))
    }
  }

  @Test func text() throws {
    try withTemporaryFile(Array("not a capture".utf8)) { path in
      #expect(
        error(path) == CaptureError(.notACapture, "\(path): not a pcap or pcapng capture; unknown file format"))
    }
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
      ([0x42, 0x5A, 0x68], "bzip2"), ([0x04, 0x22, 0x4D, 0x18], "lz4"),
    ] as [([UInt8], String)])
  func compressed(_ magic: [UInt8], _ compressor: String) throws {
    try withTemporaryFile(magic + [0, 0, 0, 0]) { path in
      let advice = "it is compressed with \(compressor): \(compressor) -dc \(path) | wirestat analyze -"
      #expect(error(path) == CaptureError(.notACapture, "\(path): not a pcap or pcapng capture; \(advice)"))
    }
  }

  @Test func headerCutShort() throws {
    try withTemporaryFile(Array(PcapWriter().bytes.prefix(20))) { path in
      #expect(error(path)?.problem == .notACapture)
      #expect(error(path)?.message.contains("truncated dump file") == true)
    }
  }

  @Test func endsInsideAPacket() throws {
    try withTemporaryFile(Self.threePackets.dropLast(2)) { path in
      let reading = Reading(path)
      #expect(reading.packets.count == 2)
      #expect(reading.error?.problem == .damaged)
      #expect(reading.error?.message.hasPrefix("\(path): the capture ends inside frame 3 at byte 69 (") == true)
    }
  }

  @Test func impossibleLength() throws {
    var writer = PcapWriter()
    writer.append([1, 2], at: Timestamp(nanoseconds: 0))
    writer.append([3, 4], at: Timestamp(nanoseconds: 0), claimedLength: 0x8000_0000)
    try withTemporaryFile(writer.bytes) { path in
      let reading = Reading(path)
      #expect(reading.packets.count == 1)
      #expect(reading.error?.problem == .damaged)
      #expect(reading.error?.message.hasPrefix("\(path): the capture is damaged in frame 2 at byte 42 (") == true)
    }
  }

  @Test func unsupportedLinkType() throws {
    try withTemporaryFile(PcapWriter(linkType: LinkType(rawValue: 189)).bytes) { path in
      let source = try CaptureSource(file: path)
      let error = #expect(throws: CaptureError.self) { try source.requireDecodable() }
      #expect(error?.problem == .unsupportedLinkType)
      #expect(error?.message.hasPrefix("\(path): captured on link type USB_LINUX (USB with Linux header)") == true)
    }
  }

  private static var threePackets: [UInt8] {
    var writer = PcapWriter()
    for size in 6..<9 as Range<UInt8> { writer.append(Array(0..<size), at: Timestamp(nanoseconds: 0)) }
    return writer.bytes
  }

  private func error(_ path: String) -> CaptureError? { Reading(path).error }
}
