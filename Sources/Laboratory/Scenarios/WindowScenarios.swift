import GroundTruth

extension Scenario {
  static let windows = [
    Scenario("zero-window", "The server reads nothing until its window is shut; then it reads.") { lab in
      let (client, server) = try lab.openNarrow()
      try lab.fill(client)
      try lab.checkpoint("window shut")
      try lab.drain(server)
      try lab.checkpoint("window open")
    },

    Scenario(
      "fin-behind-zero-window",
      "The client closes while the window is shut: FIN_WAIT_1 in the kernel, no FIN on the wire."
    ) { lab in
      let (client, server) = try lab.openNarrow()
      try lab.fill(client)
      client.close()
      try lab.checkpoint("closed behind the window")
      try lab.drain(server)
      try lab.checkpoint("fin came")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario("zero-window-probes", "The window stays shut and the client probes it.") { lab in
      let (client, _) = try lab.openNarrow()
      try lab.fill(client)
      lab.wait(seconds: 1.5)
      try lab.checkpoint("probed")
    },

    Scenario("zero-window-reset", "The server gives up with a shut window full of unread data.") { lab in
      let (client, server) = try lab.openNarrow()
      try lab.fill(client)
      server.close()
      try lab.checkpoint("reset")
    },

    Scenario("keepalive", "An idle connection is probed and answers.") { lab in
      let (client, _) = try lab.open()
      try client.probe(idle: 1, interval: 1, count: 3)
      lab.wait(seconds: 2.3)
      try lab.checkpoint("kept alive")
    },

    Scenario("keepalive-dead-peer", "The probes of an idle connection meet silence: a RST ends it.") { lab in
      let (client, _) = try lab.open()
      try client.probe(idle: 1, interval: 1, count: 2)
      lab.settle()
      lab.line.lose(.any, from: .b)
      try lab.wait(for: .rst, from: .a, seconds: 6)
      try lab.checkpoint("given up")
    },

    Scenario(
      "fin-past-unread-input",
      "The server shuts down with its own input unread: data flows one way only."
    ) { lab in
      let (client, server) = try lab.openNarrow()
      try lab.fill(client)
      try server.shutdown()
      try lab.checkpoint("server's fin, client blocked")
      try lab.drain(server)
      client.close()
      try lab.checkpoint("closed")
    },
  ]
}

extension Experiment {
  /// An open connection whose server has a receive buffer of a few kilobytes.
  func openNarrow() throws -> (client: Socket, server: Socket) {
    let listener = try Socket(on: b, port: 8080)
    try listener.set(.socketReceiveBuffer, 2048)
    try listener.listen()
    return try open(to: listener)
  }

  /// Sends until the peer's window is shut and 4 kB wait behind it.
  func fill(_ sender: Socket) throws {
    var taken = 0
    while taken < 12_000 { taken += try sender.send(text(12_000 - taken)) }
    settle(milliseconds: 100)
  }

  /// Reads until nothing has come for a while.
  func drain(_ receiver: Socket) throws {
    var idle = 0
    while idle < 60 {
      guard let bytes = try receiver.receiveAvailable() else { return }
      idle = bytes.isEmpty ? idle + 1 : 0
      Clock.sleep(milliseconds: 5)
    }
  }
}

extension Socket {
  /// Turns keepalive on; seconds and a count.
  func probe(idle: Int32, interval: Int32, count: Int32) throws {
    try set(.socketKeepAlive, 1)
    try set(.keepIdle, idle)
    try set(.keepInterval, interval)
    try set(.keepCount, count)
  }
}
