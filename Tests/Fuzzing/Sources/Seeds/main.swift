import Foundation
import PacketCapture
import PacketDecoding
import TestSupport

// Writes what the fuzzers begin with: the samples under captures/ and those that WIRESTAT_MORE_CAPTURES names, and every
// wrapping the decoder's tests know.
//
//   seeds FOLDER        makes FOLDER/decoder, FOLDER/tracker and FOLDER/file

/// Packets of one sample that seeds are made of; what follows is more of the same.
let sampleLength = 60

struct Corpus {
  private let folder: URL
  private var count = 0

  init(_ name: String, in parent: String) throws {
    folder = URL(fileURLWithPath: parent).appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  mutating func add(_ input: [UInt8]) throws {
    count += 1
    try Data(input).write(to: folder.appendingPathComponent("seed-\(count)"))
  }
}

struct Sample {
  var packets: [FuzzPacket] = []
  var segments: [Segment] = []

  init(_ path: String) throws {
    var decoder = PacketDecoder()
    do throws(CaptureError) {
      var source = try CaptureSource(file: path)
      while packets.count < sampleLength,
        case .packet = try source.next({ bytes, info in
          packets.append(
            FuzzPacket(bytes.indices.map { bytes[$0] }, linkType: info.linkType, cut: info.originalLength - bytes.count)
          )
          if case .segment(let segment) = decoder.decode(bytes, info) { segments.append(segment) }
        })
      {}
    } catch {
      // A damaged sample: what came before the damage is a seed as well.
    }
  }

  /// The same packets in a form of file of the fuzzer's choice.
  func file(_ variant: PcapWriter.Variant, _ order: ByteOrder) -> [UInt8] {
    var writer = PcapWriter(variant, order, linkType: packets.first?.linkType ?? .ethernet)
    for (number, packet) in packets.prefix(12).enumerated() {
      writer.append(
        packet.bytes, at: Timestamp(seconds: Int64(number), nanoseconds: 5),
        originalLength: packet.bytes.count + packet.cut)
    }
    return writer.bytes
  }

  func pcapng() -> [UInt8] {
    var writer = PcapngWriter()
    writer.addInterface(packets.first?.linkType ?? .ethernet)
    for (number, packet) in packets.prefix(12).enumerated() {
      writer.append(packet.bytes, at: Timestamp(seconds: Int64(number), nanoseconds: 5))
    }
    return writer.bytes
  }
}

guard CommandLine.arguments.count == 2 else {
  FileHandle.standardError.write(Data("usage: seeds FOLDER\n".utf8))
  exit(64)
}
let parent = CommandLine.arguments[1]
var decoder = try Corpus("decoder", in: parent)
var tracker = try Corpus("tracker", in: parent)
var files = try Corpus("file", in: parent)
for wrapping in Wrapping.all {
  try decoder.add(DecoderTrial.input([FuzzPacket(wrapping.bytes, linkType: wrapping.linkType)]))
}
for (number, path) in SampleCaptures.paths.enumerated() {
  let sample = try Sample(path)
  for packet in sample.packets.prefix(4) { try decoder.add(DecoderTrial.input([packet])) }
  try decoder.add(DecoderTrial.input(sample.packets))
  try tracker.add(FuzzConversation.input(sample.segments))
  try tracker.add(TrackerTrial.input(Array(sample.packets.prefix(12))))
  let whole = try Data(contentsOf: URL(fileURLWithPath: path))
  if whole.count <= 8192 { try files.add(FileTrial.input(Array(whole), form: number)) }
  let variants = PcapWriter.Variant.allCases
  try files.add(
    FileTrial.input(
      sample.file(variants[number % variants.count], ByteOrder.allCases[number / 3 % 2]), form: number / 2))
  try files.add(FileTrial.input(sample.pcapng(), form: number))
}
