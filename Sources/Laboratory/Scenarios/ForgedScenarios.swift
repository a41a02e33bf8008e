import GroundTruth

extension Scenario {
  static let forging = [
    Scenario("rst-exact-forged", "A forged RST with the exact sequence number closes one end only.") { lab in
      let (client, server) = try lab.open()
      try lab.forge(from: client, [.rst])
      try lab.checkpoint("server closed, client not")
      try client.send(text(10))
      try lab.checkpoint("client learns")
      server.close()
    },

    Scenario(
      "rst-in-window-forged",
      "A forged RST inside the window is challenged and changes nothing (RFC 5961)."
    ) { lab in
      let (client, server) = try lab.open()
      try lab.forge(from: client, [.rst], offset: 100)
      try lab.checkpoint("challenged")
      try client.send(text(10))
      try server.receive(10)
      try lab.checkpoint("goes on")
    },

    Scenario("rst-out-of-window-forged", "A forged RST outside the window is ignored.") { lab in
      let (client, server) = try lab.open()
      try lab.forge(from: client, [.rst], offset: 1 << 30)
      try lab.checkpoint("ignored")
      client.close()
      lab.settle()
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario("rst-in-fin-wait-1-forged", "An exact RST ends FIN_WAIT_1.") { lab in
      let (client, server) = try lab.open()
      lab.line.lose(.fin, from: .a)
      client.close()
      try lab.checkpoint("fin lost")
      try lab.forge(from: server, [.rst])
      try lab.checkpoint("client reset")
    },

    Scenario("rst-in-last-ack-forged", "An exact RST ends LAST_ACK, whose last ACK was lost.") { lab in
      let (client, server) = try lab.open()
      client.close()
      lab.settle()
      lab.line.lose(.any, from: .a)
      server.close()
      try lab.checkpoint("last ack lost")
      try lab.forge(from: client, [.rst])
      try lab.checkpoint("server reset")
    },

    Scenario("rst-in-closing-forged", "An exact RST ends CLOSING.") { lab in
      let (client, server) = try lab.open()
      lab.line.hold(.fin, from: .a)
      lab.line.hold(.fin, from: .b)
      client.close()
      server.close()
      lab.settle()
      lab.line.clear()
      lab.line.lose(.ack, from: .a)
      lab.line.lose(.ack, from: .b)
      lab.line.release()
      try lab.checkpoint("closing")
      try lab.forge(from: client, [.rst])
      try lab.checkpoint("server reset")
    },

    Scenario("syn-in-established-forged", "A SYN into an open connection is challenged.") { lab in
      let (client, server) = try lab.open()
      try lab.forge(from: client, [.syn], offset: 5000)
      try lab.checkpoint("challenged")
      try client.send(text(10))
      try server.receive(10)
      try lab.checkpoint("goes on")
    },

    Scenario("syn-in-close-wait-forged", "A SYN into CLOSE_WAIT is challenged.") { lab in
      let (client, server) = try lab.open()
      try client.shutdown()
      lab.settle()
      try lab.forge(from: client, [.syn], offset: 5000)
      try lab.checkpoint("challenged")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario("fin-out-of-window-forged", "A forged FIN far beyond the window is ignored.") { lab in
      let (client, _) = try lab.open()
      try lab.forge(from: client, [.fin, .ack], offset: 1 << 28)
      try lab.checkpoint("ignored")
    },

    Scenario(
      "fin-exact-forged",
      "A forged FIN with the exact number closes half of one end; the real end knows nothing."
    ) { lab in
      let (client, _) = try lab.open()
      try lab.forge(from: client, [.fin, .ack])
      try lab.checkpoint("server in close_wait")
    },

    Scenario("ack-of-unsent-forged", "An ACK of what was never sent is answered and discarded.") { lab in
      let (client, server) = try lab.open()
      try lab.forge(from: client, [.ack], acknowledging: 50_000)
      try lab.checkpoint("discarded")
      try server.send(text(10))
      try client.receive(10)
      try lab.checkpoint("goes on")
    },

    Scenario(
      "old-timestamp-forged",
      "A FIN with an old timestamp fails PAWS (RFC 7323) and is only acknowledged."
    ) { lab in
      let (client, _) = try lab.open()
      try client.send(text(10))
      lab.settle()
      try lab.forge(from: client, [.fin, .ack], age: 100_000)
      try lab.checkpoint("discarded")
    },

    Scenario("data-after-fin-forged", "Data beyond the FIN is ignored.") { lab in
      let (client, _) = try lab.open()
      try client.shutdown()
      lab.settle()
      try lab.forge(from: client, [.ack, .psh], payload: text(20))
      try lab.checkpoint("ignored")
    },

    Scenario("stray-ack-to-listener", "An ACK of no connection meets a listener: a RST.") { lab in
      _ = try lab.listen()
      try lab.inject(
        Forgery(
          source: lab.a.address, sourcePort: 41_000, destination: lab.b.address, destinationPort: 8080,
          flags: [.ack], sequence: 1000, acknowledgment: 2000), to: .b)
      try lab.checkpoint("answered by rst")
    },

    Scenario(
      "syn-ack-wrong-ack-forged",
      "A SYN-ACK that acknowledges the wrong number gets a RST and changes nothing."
    ) { lab in
      _ = try lab.listen()
      lab.line.hold(.synACK, from: .b)
      let client = try lab.startConnecting()
      lab.settle()
      try lab.inject(
        Forgery(
          source: lab.b.address, sourcePort: 8080, destination: lab.a.address, destinationPort: 40_000,
          flags: [.syn, .ack], sequence: 77, acknowledgment: 77), to: .a)
      try lab.checkpoint("rst sent, still waiting")
      lab.line.clear()
      lab.line.release()
      lab.settle()
      try? client.waitUntilConnected()
      try lab.checkpoint("after the true syn-ack")
    },
  ]
}
