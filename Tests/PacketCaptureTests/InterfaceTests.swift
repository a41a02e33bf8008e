import Testing

@testable import PacketCapture

struct InterfaceTests {
  @Test(.enabled(if: mayListen, "needs the right to capture packets"), .timeLimit(.minutes(1)))
  func noSuchInterfaceNamesThoseThereAre() {
    let error = #expect(throws: CaptureError.self) { _ = try CaptureSource(interface: "nosuch0") }
    #expect(error?.problem == .noSuchInterface)
    #expect(error?.message.hasPrefix("nosuch0: no such interface; there are: ") == true)
    #expect(error?.message.contains("lo") == true)
  }

  @Test(.enabled(if: !mayListen, "this user may capture packets"))
  func withoutPermissionTheMessageGivesTheCommand() {
    var options = InterfaceOptions()
    options.program = "/usr/local/bin/wirestat"
    let error = #expect(throws: CaptureError.self) { _ = try CaptureSource(interface: "lo", options: options) }
    #expect(error?.problem == .noPermission)
    #expect(
      error?.message == """
        lo: this user may not capture packets. Allow it once and for all with
          sudo setcap cap_net_raw,cap_net_admin=eip /usr/local/bin/wirestat
        or run this one time with sudo.
        """)
  }

  @Test(.enabled(if: mayListen, "needs the right to capture packets"), .timeLimit(.minutes(1)))
  func timeIsToldWhereNoPacketComes() throws {
    var source = try CaptureSource(interface: "lo")
    try source.setFilter("host 192.0.2.1 and host 192.0.2.2")
    let step = try source.next { _, _ in }
    guard case .timeout = step else {
      Issue.record("a packet that does not match came: \(step)")
      return
    }
    #expect(source.statistics == InterfaceStatistics(received: 0, droppedByKernel: 0, droppedByInterface: 0))
  }

  /// True where this process can open the loopback interface.
  private static var mayListen: Bool {
    do {
      _ = try CaptureSource(interface: "lo")
      return true
    } catch {
      return false
    }
  }
}
