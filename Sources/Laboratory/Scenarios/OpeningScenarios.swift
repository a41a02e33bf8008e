import GroundTruth

extension Scenario {
  static let opening = [
    Scenario("handshake", "SYN, SYN-ACK, ACK on a line of 20 ms, then the server speaks first.") { lab in
      lab.line.setDelay(milliseconds: 20)
      let (_, server) = try lab.open()
      try lab.checkpoint("open")
      try server.send(text(40))
      try lab.checkpoint("server spoke")
    },

    Scenario("refused", "A SYN to a port where nobody listens is answered by a RST.") { lab in
      let client = try Socket(on: lab.a, port: 40_000)
      try? client.connect(to: lab.b, port: 9)
      try lab.checkpoint("refused")
    },

    Scenario("syn-unanswered", "Every SYN is lost; the client sends it again after a second.") { lab in
      lab.line.cut()
      try lab.startConnecting()
      try lab.checkpoint("syn")
      lab.wait(seconds: 1.2)
      try lab.checkpoint("syn again")
    },

    Scenario("syn-timeout", "Nothing answers and the client gives up after two SYNs, without a packet.") { lab in
      try lab.a.namespace.set("net.ipv4.tcp_syn_retries", to: "1")
      lab.line.cut()
      let client = try lab.startConnecting()
      try lab.checkpoint("syn")
      lab.wait(seconds: 1.2)
      try lab.checkpoint("syn again")
      lab.wait(seconds: 2.2)
      try? client.waitUntilConnected()
      try lab.checkpoint("given up")
    },

    Scenario("listener-closed", "The listener goes while a connection waits to be accepted: it is reset.") { lab in
      let listener = try lab.listen()
      try lab.startConnecting().waitUntilConnected()
      try lab.checkpoint("open, not accepted")
      listener.close()
      try lab.checkpoint("reset")
    },

    Scenario(
      "split-handshake",
      "The server's side answers a SYN with a SYN of its own, forged: the client takes it for simultaneous open."
    ) { lab in
      lab.line.lose(.any, from: .a)
      try lab.startConnecting()
      lab.settle(milliseconds: 30)
      try lab.inject(
        Forgery(
          source: lab.b.address, sourcePort: 8080, destination: lab.a.address, destinationPort: 40_000,
          flags: [.syn], sequence: 7000), to: .a)
      try lab.checkpoint("syn answered by syn")
    },

    Scenario(
      "syn-abandoned",
      "The client gives up while its SYN is unanswered; the late SYN-ACK gets a RST."
    ) { lab in
      _ = try lab.listen()
      lab.line.hold(.synACK, from: .b)
      let client = try lab.startConnecting()
      try lab.checkpoint("syn-ack under way")
      client.close()
      lab.line.clear()
      lab.line.release()
      try lab.checkpoint("late syn-ack answered by rst")
    },

    Scenario("syn-ack-lost", "The first SYN-ACK is lost; one end or the other repeats its part.") { lab in
      let listener = try lab.listen()
      lab.line.lose(.synACK, from: .b, times: 1)
      let client = try lab.startConnecting()
      try lab.checkpoint("syn-ack lost")
      try client.waitUntilConnected()
      _ = try listener.accept(from: client)
      try lab.checkpoint("open")
    },

    Scenario(
      "handshake-ack-lost",
      "The ACK of the SYN-ACK is lost twice: the client is open, the server is not."
    ) { lab in
      _ = try lab.listen()
      lab.line.lose(.ack, from: .a, times: 2)
      try lab.startConnecting().waitUntilConnected()
      try lab.checkpoint("ack lost")
      try lab.wait(for: .synACK, from: .b)
      try lab.checkpoint("syn-ack again, its ack lost too")
      try lab.wait(for: .synACK, from: .b)
      try lab.checkpoint("open")
    },

    Scenario(
      "handshake-ack-lost-data",
      "The ACK of the SYN-ACK is lost, and the first data opens the server."
    ) { lab in
      let listener = try lab.listen()
      lab.line.lose(.ack, from: .a, times: 1)
      let client = try lab.startConnecting()
      try client.waitUntilConnected()
      try lab.checkpoint("ack lost")
      try client.send(text(100))
      _ = try listener.accept(from: client).receive(100)
      try lab.checkpoint("data opened it")
    },

    Scenario(
      "fin-opens-server",
      "Neither the last ACK of the handshake nor data arrives, but a FIN: the server is in CLOSE_WAIT at once."
    ) { lab in
      _ = try lab.listen()
      lab.line.lose(.ack, from: .a, times: 1)
      let client = try lab.startConnecting()
      try client.waitUntilConnected()
      try lab.checkpoint("ack lost")
      try client.shutdown()
      try lab.checkpoint("fin arrived")
    },

    Scenario(
      "rst-in-syn-rcvd",
      "The client aborts before its handshake ACK arrives: the half-open server socket is gone."
    ) { lab in
      _ = try lab.listen()
      lab.line.lose(.ack, from: .a, times: 1)
      let client = try lab.startConnecting()
      try client.waitUntilConnected()
      try lab.checkpoint("half open")
      try client.abort()
      try lab.checkpoint("aborted")
    },

    Scenario(
      "syn-rcvd-challenge",
      "An old segment outside the window meets a half-open connection: an ACK from SYN_RCVD, and no move."
    ) { lab in
      _ = try lab.listen()
      lab.line.lose(.ack, from: .a, times: 1)
      let client = try lab.startConnecting()
      try client.waitUntilConnected()
      try lab.checkpoint("half open")
      try lab.forge(from: client, [.ack, .psh], offset: -300_000_000, payload: text(10))
      try lab.checkpoint("challenged, still half open")
      try lab.wait(for: .synACK, from: .b)
      try lab.checkpoint("syn-ack again, open")
    },

    Scenario(
      "half-open-scan",
      "A raw SYN to each port: open ones answer SYN-ACK, which the scanner's own kernel resets, closed ones RST."
    ) { lab in
      for port in [8080, 8443] as [UInt16] { try Socket(on: lab.b, port: port).listen() }
      for port in [21, 22, 23, 25, 80, 110, 143, 443, 3306, 8080, 8443, 9090] as [UInt16] {
        lab.probe(port)
        lab.wait(seconds: 0.01)
      }
      try lab.checkpoint("every port probed")
    },

    Scenario("simultaneous-open", "Both ends connect to each other; the SYNs cross.") { lab in
      lab.line.hold(.syn, from: .a)
      lab.line.hold(.syn, from: .b)
      let (left, right) = try lab.connectBothWays()
      try lab.checkpoint("both syns in flight")
      lab.line.clear()
      lab.line.hold(.synACK, from: .a)
      lab.line.hold(.synACK, from: .b)
      lab.line.release()
      try lab.checkpoint("syns crossed")
      lab.line.clear()
      lab.line.release()
      try left.waitUntilConnected()
      try right.waitUntilConnected()
      try lab.checkpoint("open")
      try left.send(text(20))
      left.close()
      try right.receive(20)
      right.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "accept-queue-overflow",
      "The application accepts nothing and the queue is full: later clients are open, their server ends are not."
    ) { lab in
      try lab.overflowAcceptQueue()
    },

    Scenario(
      "accept-queue-overflow-reset",
      "As accept-queue-overflow, with tcp_abort_on_overflow=1: they are reset."
    ) { lab in
      try lab.b.namespace.set("net.ipv4.tcp_abort_on_overflow", to: "1")
      try lab.overflowAcceptQueue()
    },

    Scenario(
      "syn-cookie-orphan",
      "Too many SYNs at once are answered by cookies, and then the queue is full: clients without a server end."
    ) { lab in
      _ = try lab.listen(backlog: 1)
      lab.line.hold(.ack, from: .a)
      for port in 40_000..<UInt16(40_004) { try lab.startConnecting(from: port) }
      lab.settle()
      lab.line.clear()
      lab.line.release()
      // No checkpoint: behind a cookie the kernel has no socket, and CLOSED is not what the SYN-ACK stands for.
      lab.wait(seconds: 1.2)
    },

    Scenario(
      "syn-flood",
      "SYNs of forged sources fill the queue of a listener; nobody ever answers the SYN-ACKs."
    ) { lab in
      _ = try lab.listen(backlog: 64)
      for index in 0..<24 {
        try lab.inject(.syn(fromStranger: index, to: lab.b.address, port: 8080), to: .b)
      }
      try lab.checkpoint("flooded")
    },

    Scenario("many-clients", "Twelve clients at once, in every stage of life.") { lab in
      let listener = try lab.listen()
      let pairs = try (0..<12).map { try lab.open(to: listener, from: 40_000 + UInt16($0)) }
      try lab.checkpoint("all open")
      for (index, (client, server)) in pairs.enumerated() {
        switch index % 4 {
        case 0: try client.shutdown()
        case 1: try server.shutdown()
        case 2: try client.abort()
        default: try client.send(text(30))
        }
      }
      try lab.checkpoint("mixed")
      for (client, server) in pairs {
        client.close()
        server.close()
      }
      try lab.checkpoint("end")
    },

    Scenario(
      "crossed-roles",
      "Two connections with the roles swapped between the same hosts and ports."
    ) { lab in
      let forward = try lab.open()
      let listener = try Socket(on: lab.a, port: 8080)
      try listener.listen()
      let client = try Socket(on: lab.b, port: 40_000)
      try client.connect(to: lab.a, port: 8080)
      let server = try listener.accept(from: client)
      try lab.checkpoint("both open")
      forward.client.close()
      server.close()
      try lab.checkpoint("one closed by its client, one by its server")
    },
  ]
}

extension Experiment {
  /// A client of A that has sent its SYN.
  @discardableResult
  func startConnecting(from port: UInt16 = 40_000, to serverPort: UInt16 = 8080) throws -> Socket {
    let client = try Socket(on: a, port: port)
    try client.startConnecting(to: b, port: serverPort)
    return client
  }

  /// Two sockets that connect to each other.
  func connectBothWays() throws -> (left: Socket, right: Socket) {
    let left = try Socket(on: a, port: 40_000)
    let right = try Socket(on: b, port: 8080)
    try left.startConnecting(to: b, port: 8080)
    try right.startConnecting(to: a, port: 40_000)
    return (left, right)
  }

  /// Sends the SYN of a port scanner, made by hand: no socket stands behind it.
  func probe(_ port: UInt16) {
    let syn = Forgery(
      source: a.address, sourcePort: 54_321, destination: b.address, destinationPort: port, flags: [.syn],
      sequence: 0x3a7d_11c9, window: 1024, maximumSegmentSize: 1460, hopLimit: 47)
    if let packet = syn.packet { line.send(packet, from: .a) }
  }

  func overflowAcceptQueue() throws {
    _ = try listen(backlog: 1)
    try startConnecting(from: 40_000)
    settle()
    line.hold(.ack, from: .a)
    for port in 40_001..<UInt16(40_003) { try startConnecting(from: port) }
    try checkpoint("every syn answered")
    line.clear()
    line.release()
    try checkpoint("overflown")
    wait(seconds: 1.2)
    try checkpoint("a second later")
  }
}

extension Forgery {
  /// A SYN of a host that does not exist.
  static func syn(fromStranger number: Int, to address: String, port: UInt16) -> Forgery {
    let isIPv6 = address.contains(":")
    return Forgery(
      source: isIPv6 ? "fd78::\(number + 1)" : "198.51.100.\(number + 1)", sourcePort: 1024 + UInt16(number) * 7,
      destination: address, destinationPort: port, flags: [.syn], sequence: 0x1000_0000 &* UInt32(number) &+ 99)
  }
}
