import Foundation
import PacketCapture
import TestSupport
import Testing

@Suite("wirestat live", .enabled(if: mayCapture, "needs the right to capture packets: run as root"), .serialized)
struct LiveCommandTests {
  @Test func givesTheFlowsThatAnalyzeGivesOnWhatItKept() async throws {
    try await withTemporaryFile([]) { kept in
      let listener = try LoopbackConversation.listen()
      let live = try LiveTool("lo", "--filter", "tcp port \(listener.port)", "-w", kept, "--format", "ndjson")
      try LoopbackConversation.talk(with: listener, serverClosesFirst: false)
      try LoopbackConversation.talk(with: listener, serverClosesFirst: true)
      close(listener.socket)
      LoopbackConversation.refused(at: listener.port)
      let lines = try live.interrupt()

      let transitions = lines.filter { $0.hasPrefix("{\"type\":\"transition\"") }
      let flows = lines.filter { $0.hasPrefix("{\"type\":\"flow\"") }
      let analyzed = try await Tool.run("analyze", kept, "--format", "ndjson")
      let expected = analyzed.output.split(separator: "\n").map(String.init)
        .filter { $0.hasPrefix("{\"type\":\"flow\"") }
      #expect(flows.count == 3)
      #expect(try flows.map(Self.withoutTimeInState) == expected.map(Self.withoutTimeInState))
      #expect(transitions.count > 20)
      #expect(lines.contains { $0.hasPrefix("{\"type\":\"capture\"") && $0.contains("\"drops\":{\"kernel\":0,") })
    }
  }

  @Test func endsAfterSoManyPackets() throws {
    let listener = try LoopbackConversation.listen()
    defer { close(listener.socket) }
    let live = try LiveTool("lo", "--filter", "tcp port \(listener.port)", "--packets", "3")
    try LoopbackConversation.talk(with: listener, serverClosesFirst: false)
    let lines = try live.end()
    #expect(lines.contains { $0.hasPrefix("lo: 3 packets, 3 TCP, 1 flow,") })
  }

  @Test func endsAfterSoLong() throws {
    let live = try LiveTool("lo", "--filter", "host 192.0.2.1 and host 192.0.2.2", "--duration", "0.3")
    let lines = try live.end()
    #expect(lines.first == "lo: 0 packets, 0 TCP, 0 flows, 0 dropped by the kernel, 0 by the interface")
  }

  @Test func anInterfaceThatIsNone() async throws {
    let result = try await Tool.run("live", "nosuch0")
    #expect(result.status == 66)
    #expect(result.errors.hasPrefix("wirestat: nosuch0: no such interface; there are: "))
  }

  /// A flow's line but for how long it was in its last states: live that is until Ctrl-C, in a file to the last packet.
  private static func withoutTimeInState(_ line: String) throws -> NSDictionary {
    var flow = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    var endpoints = try #require(flow["endpoints"] as? [String: [String: Any]])
    for end in ["client", "server"] { endpoints[end]?["time_in_state"] = nil }
    flow["endpoints"] = endpoints
    // The sentence tells the same times, and the clock went on after the last packet.
    flow["summary"] = nil
    flow["ended_at"] = nil
    return NSDictionary(dictionary: flow)
  }
}

/// True where this process can open the loopback interface, and so can the tool it starts.
private let mayCapture: Bool = {
  do {
    _ = try CaptureSource(interface: "lo")
    return true
  } catch {
    return false
  }
}()

/// `wirestat live` at work, until it ends or is told to.
private struct LiveTool {
  private let process = Process()
  private let output = Pipe()
  private let errors = Pipe()

  /// Starts the tool and waits until it says that it listens. If nothing else does, time ends it.
  init(_ arguments: String...) throws {
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = ["live"] + (arguments.contains("--duration") ? [] : ["--duration", "30"]) + arguments
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    _ = errors.fileHandleForReading.availableData
  }

  /// Presses Ctrl-C and gives the lines of the output.
  func interrupt() throws -> [String] {
    // The last packets may still be on their way through the kernel.
    Thread.sleep(forTimeInterval: 0.2)
    process.interrupt()
    return try end()
  }

  /// Waits for the end and gives the lines of the output.
  func end() throws -> [String] {
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
