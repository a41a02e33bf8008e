import GroundTruth

extension Scenario {
  static let options = [
    Scenario(
      "defer-accept",
      "TCP_DEFER_ACCEPT: the handshake ACK arrives and the server stays in SYN_RCVD until data comes."
    ) { lab in
      let listener = try lab.listen()
      try listener.set(.deferAccept, 5)
      let client = try lab.startConnecting()
      try client.waitUntilConnected()
      try lab.checkpoint("acknowledged, not open")
      try client.send(text(10))
      let server = try listener.accept(from: client)
      try lab.checkpoint("data opened it")
      server.close()
    },

    Scenario(
      "defer-accept-timeout",
      "No data comes while the server defers: its SYN-ACK goes again at the end, and the ACK of that one opens it."
    ) { lab in
      let (listener, client) = try lab.openDeferred(seconds: 2)
      lab.wait(seconds: 1.2)
      try lab.checkpoint("still deferred")
      try lab.wait(for: .synACK, from: .b)
      let server = try listener.accept(from: client)
      try lab.checkpoint("open without data")
      try client.send(text(10))
      try server.receive(10)
      server.close()
      lab.settle()
      client.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "defer-accept-expired",
      "The repeated SYN-ACK of a deferring server stays unacknowledged: its end is gone, and later data gets a RST."
    ) { lab in
      try lab.b.namespace.set("net.ipv4.tcp_synack_retries", to: "1")
      let (_, client) = try lab.openDeferred(seconds: 1)
      lab.line.lose(.ack, from: .a)
      try lab.wait(for: .synACK, from: .b)
      try lab.checkpoint("syn-ack again, its ack lost")
      lab.wait(seconds: 4)
      try lab.checkpoint("expired")
      lab.line.clear()
      try client.send(text(10))
      try lab.checkpoint("data answered by rst")
    },

    Scenario(
      "defer-accept-client-closes",
      "The client of a deferring server closes before it sends anything: its FIN opens the server's end."
    ) { lab in
      let (listener, client) = try lab.openDeferred(seconds: 5)
      client.close()
      let server = try listener.accept(from: client)
      try lab.checkpoint("fin opened it")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "defer-accept-client-aborts",
      "The client of a deferring server aborts before it sends anything: no end of it is left."
    ) { lab in
      let (_, client) = try lab.openDeferred(seconds: 5)
      try client.abort()
      try lab.checkpoint("aborted")
    },

    Scenario("fast-open", "The second connection puts its data on the SYN (RFC 7413).") { lab in
      for host in [lab.a, lab.b] { try host.namespace.set("net.ipv4.tcp_fastopen", to: "3") }
      let listener = try lab.listen()
      try listener.set(.fastOpen, 16)
      for round in 0..<2 {
        let client = try Socket(on: lab.a, port: 40_000 + UInt16(round))
        try client.connectFastOpen(to: lab.b, port: 8080, sending: text(60))
        try client.waitUntilConnected()
        if round == 0 { try client.send(text(60)) }
        let server = try listener.accept(from: client)
        try server.receive(60)
        try lab.checkpoint("open \(round)")
        client.close()
        lab.settle()
        server.close()
        try lab.checkpoint("closed \(round)")
      }
    },

    Scenario(
      "fast-open-unacknowledged",
      "A fast-open server sends and closes before its SYN-ACK is acknowledged: SYN_RCVD to FIN_WAIT_1."
    ) { lab in
      for host in [lab.a, lab.b] { try host.namespace.set("net.ipv4.tcp_fastopen", to: "3") }
      let listener = try lab.listen()
      try listener.set(.fastOpen, 16)
      let first = try Socket(on: lab.a, port: 40_000)
      try first.connectFastOpen(to: lab.b, port: 8080, sending: text(20))
      try first.waitUntilConnected()
      try listener.accept(from: first).abort()
      first.close()
      lab.settle()
      lab.line.lose(.any, from: .b)
      let client = try Socket(on: lab.a, port: 40_001)
      try client.connectFastOpen(to: lab.b, port: 8080, sending: text(60))
      let server = try listener.accept(from: client)
      try server.receive(60)
      try lab.checkpoint("data taken, syn-ack lost")
      server.close()
      try lab.checkpoint("closed in syn_rcvd")
      lab.line.clear()
      lab.wait(seconds: 1.2)
      try lab.checkpoint("syn again")
    },

    Scenario("urgent-data", "One byte out of band in the middle of a stream.") { lab in
      let (client, server) = try lab.open()
      try client.send(text(30))
      try client.send(text(1), urgent: true)
      try client.send(text(30))
      lab.settle()
      try server.receiveAvailable()
      try lab.checkpoint("urgent")
    },

    Scenario("no-timestamps", "Neither timestamps nor window scaling nor SACK.") { lab in
      for key in ["tcp_timestamps", "tcp_window_scaling", "tcp_sack"] {
        try lab.a.namespace.set("net.ipv4.\(key)", to: "0")
      }
      let (client, server) = try lab.open()
      try client.send(text(5000))
      try server.receive(5000)
      try lab.checkpoint("open")
      server.close()
      lab.settle()
      client.close()
      try lab.checkpoint("closed")
    },

    Scenario("explicit-congestion", "ECN is negotiated on the SYN and SYN-ACK (RFC 3168).") { lab in
      for host in [lab.a, lab.b] { try host.namespace.set("net.ipv4.tcp_ecn", to: "1") }
      let (client, server) = try lab.open()
      try client.send(text(3000))
      try server.receive(3000)
      client.close()
      lab.settle()
      server.close()
      try lab.checkpoint("closed")
    },
  ]
}

extension Experiment {
  /// A listener that waits for data that long before it takes a connection for open, and a client that is open.
  fileprivate func openDeferred(seconds: Int32) throws -> (listener: Socket, client: Socket) {
    let listener = try listen()
    try listener.set(.deferAccept, seconds)
    let client = try startConnecting()
    try client.waitUntilConnected()
    try checkpoint("acknowledged, not open")
    return (listener, client)
  }
}
