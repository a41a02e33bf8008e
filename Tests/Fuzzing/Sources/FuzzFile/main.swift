import ArgumentParser
import Foundation
import LibFuzzer
import PacketCapture
import PacketDecoding
import TestSupport

@testable import wirestat

// Any file through both readers and through the command with and without threads, which must agree; see FileTrial.

/// All that a reader made of a file.
struct Reading: Equatable {
  var packets: [[UInt8]] = []
  var infos: [PacketInfo] = []
  var error: CaptureError?

  init(_ path: String, throughLibpcap: Bool) {
    do throws(CaptureError) {
      var source = try CaptureSource(file: path, throughLibpcap: throughLibpcap)
      while case .packet = try source.next({ bytes, info in
        packets.append(bytes.indices.map { bytes[$0] })
        infos.append(info)
      }) {}
    } catch {
      self.error = error
    }
  }
}

/// Runs the command in this process. Its standard output is a file that is emptied each time.
final class InProcess {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-file-\(getpid())")
  let output: Int32
  /// To read a command line takes longer than to run it on a small file.
  private var commands: [[String]: AnalyzeCommand] = [:]
  var path: String { folder.appendingPathComponent("input.pcap").path }

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    output = open(folder.appendingPathComponent("output").path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    dup2(output, STDOUT_FILENO)
  }

  func breaches(_ bytes: [UInt8], _ schema: JSONSchema) throws -> [String] {
    let trial = FileTrial(bytes)
    try Data(trial.file).write(to: URL(fileURLWithPath: path))
    let readings = [true, false].map { Reading(path, throughLibpcap: $0) }
    guard readings[0] == readings[1] else {
      return readings.map { "\($0.infos) \(String(describing: $0.error))" }
    }
    let outputs = try ["1", "2"].map { try run(trial.options + ["--jobs", $0]) }
    let difference = outputs[0] == outputs[1] ? [] : outputs.map { String(decoding: $0, as: UTF8.self) }
    return difference + trial.breaches(ofOutput: outputs[0], schema)
  }

  private func run(_ options: [String]) throws -> [UInt8] {
    ftruncate(output, 0)
    lseek(STDOUT_FILENO, 0, SEEK_SET)
    var command = try commands[options] ?? AnalyzeCommand.parse([path] + options)
    commands[options] = command
    do { try command.run() } catch is Failure {}
    let length = Int(lseek(output, 0, SEEK_END))
    return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      count = max(0, pread(output, buffer.baseAddress, length, 0))
    }
  }
}

let process = try InProcess()
let schema = try JSONSchema.ofReports()
atexit { try? FileManager.default.removeItem(at: process.folder) }
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { start, count in
    do {
      let breaches = try process.breaches(Array(UnsafeBufferPointer(start: start, count: count)), schema)
      guard breaches.isEmpty else { fatalError(breaches.joined(separator: "\n")) }
    } catch {
      fatalError("\(error)")
    }
    return 0
  })
