import GroundTruth

extension Scenario {
  static let resetting = [
    Scenario("reset-by-client", "SO_LINGER 0: the client aborts an open connection.") { lab in
      let (client, server) = try lab.open()
      try client.send(text(40))
      try server.receive(40)
      try lab.checkpoint("open")
      try client.abort()
      try lab.checkpoint("aborted")
    },

    Scenario("reset-by-server", "SO_LINGER 0: the server aborts an open connection.") { lab in
      let (_, server) = try lab.open()
      try server.abort()
      try lab.checkpoint("aborted")
    },

    Scenario("reset-unread-data", "The server closes with data unread: a RST instead of a FIN.") { lab in
      let (client, server) = try lab.open()
      try client.send(text(100))
      lab.settle()
      server.close()
      try lab.checkpoint("closed with unread data")
    },

    Scenario(
      "reset-unread-bulk",
      "The server closes with 60 kB unread: the RST opens the window again."
    ) { lab in
      let (client, server) = try lab.open()
      try client.send(text(60_000))
      lab.settle()
      server.close()
      try lab.checkpoint("closed with unread data")
    },

    Scenario(
      "reset-data-after-close",
      "Data comes after the client has closed for good: it answers with a RST."
    ) { lab in
      let (client, server) = try lab.open()
      client.close()
      try lab.checkpoint("half closed")
      try server.send(text(80))
      try lab.checkpoint("data answered by rst")
    },

    Scenario(
      "request-crosses-fin",
      "The server closes an idle connection while the next request is under way."
    ) { lab in
      let (client, server) = try lab.open()
      lab.line.setDelay(milliseconds: 30)
      try client.send(text(90))
      try server.receive(90)
      try server.send(text(90))
      try client.receive(90)
      lab.wait(seconds: 0.4)
      server.close()
      try client.send(text(90))
      try lab.checkpoint("crossed")
    },

    Scenario(
      "rst-crosses-fin",
      "The client aborts while the server's FIN is under way: the RST and the FIN cross."
    ) { lab in
      let (client, server) = try lab.open()
      lab.line.setDelay(milliseconds: 30)
      try client.send(text(90))
      try server.receive(90)
      lab.settle()
      server.close()
      try client.abort()
      try lab.checkpoint("crossed")
    },

    Scenario(
      "farewell-after-close",
      "As TLS ends: the client says goodbye and closes, and the server's own goodbye meets a closed end, which resets."
    ) { lab in
      let (client, server) = try lab.open()
      try client.send(text(400))
      try server.receive(400)
      try server.send(text(900))
      try client.receive(900)
      lab.wait(seconds: 0.3)
      try client.send(Self.closeNotify)
      client.close()
      try server.receive(Self.closeNotify.count)
      try lab.checkpoint("client closed")
      try server.send(Self.closeNotify)
      server.close()
      try lab.checkpoint("farewell answered by rst")
    },

    Scenario("reset-in-close-wait", "The server aborts after the client's FIN.") { lab in
      let (client, server) = try lab.open()
      try client.shutdown()
      try lab.checkpoint("close_wait")
      try server.abort()
      try lab.checkpoint("aborted")
    },

    Scenario("reset-in-fin-wait-2", "The client aborts after its own FIN was acknowledged.") { lab in
      let (client, _) = try lab.open()
      try client.shutdown()
      try lab.checkpoint("fin_wait_2")
      try client.abort()
      try lab.checkpoint("aborted")
    },

    Scenario("reset-in-fin-wait-1", "The client's FIN is lost on the way and it aborts.") { lab in
      let (client, _) = try lab.open()
      lab.line.lose(.fin, from: .a)
      try client.shutdown()
      try lab.checkpoint("fin lost")
      try client.abort()
      try lab.checkpoint("aborted")
    },

    Scenario(
      "reset-lost",
      "The RST is lost: one end is closed, the other knows nothing until it sends."
    ) { lab in
      let (client, server) = try lab.open()
      lab.line.lose(.rst, from: .a, times: 1)
      try client.abort()
      try lab.checkpoint("rst lost")
      try server.send(text(20))
      try lab.checkpoint("data answered by rst")
    },

    Scenario("port-reuse-after-reset", "The same four-tuple three times, each ended by a RST.") { lab in
      let listener = try lab.listen()
      for round in 0..<3 {
        let (client, server) = try lab.open(to: listener)
        try client.send(text(500))
        try server.receive(500)
        try lab.checkpoint("open \(round)")
        try client.abort()
        try lab.checkpoint("reset \(round)")
        server.close()
      }
    },

    Scenario(
      "half-open-data",
      "The client's host forgot the connection (as after a power cut): data is answered by a RST."
    ) { lab in
      let (client, server) = try lab.open()
      lab.settle()
      try client.vanish()
      lab.settle()
      try server.send(text(50))
      try lab.checkpoint("data answered by rst")
    },

    Scenario(
      "half-open-syn",
      "The client's host forgot the connection and opens it anew: challenge ACK, RST, SYN (RFC 9293 figure 9)."
    ) { lab in
      let listener = try lab.listen()
      let (client, _) = try lab.open(to: listener)
      lab.settle()
      try client.vanish()
      lab.settle()
      lab.line.hold(.ack, from: .b)
      let again = try lab.startConnecting()
      try lab.checkpoint("challenged")
      lab.line.clear()
      lab.line.hold(.syn, from: .a)
      lab.line.release()
      try lab.checkpoint("reset, and the next syn under way")
      lab.line.clear()
      lab.line.release()
      try again.waitUntilConnected()
      try lab.checkpoint("open again")
    },

    Scenario(
      "icmp-unreachable",
      "The SYN is answered by an ICMP port unreachable: refused without a RST."
    ) { lab in
      lab.line.lose(.any, from: .a)
      try lab.startConnecting()
      lab.settle()
      try lab.rejectLastPacket(of: .a)
      try lab.checkpoint("rejected")
    },

    Scenario(
      "icmp-time-exceeded",
      "The SYN is answered by a router with ICMP time exceeded: the attempt ends without a RST."
    ) { lab in
      lab.line.lose(.any, from: .a)
      try lab.startConnecting()
      lab.settle()
      try lab.rejectLastPacket(of: .a, with: .timeExceeded, by: lab.address(254))
      try lab.checkpoint("rejected")
    },
  ]

  /// An encrypted alert of TLS 1.2 with generated text for what it hides: 31 bytes (RFC 5246 sections 6.2.3 and 7.2.1).
  private static let closeNotify: [UInt8] = [21, 3, 3, 0, 26] + text(26)
}
