import GroundTruth

extension Scenario {
  static let waiting = [
    Scenario("time-wait-reuse", "The same four-tuple opens again out of the server's TIME_WAIT.") { lab in
      let listener = try lab.listen()
      let (client, server) = try lab.open(to: listener)
      try lab.closeByServer(client, server)
      try lab.checkpoint("server in time_wait")
      lab.wait(seconds: 1.1)
      let next = try lab.open(to: listener)
      try lab.checkpoint("open again")
      try lab.closeByServer(next.client, next.server)
      try lab.checkpoint("closed again")
    },

    Scenario(
      "time-wait-syn-challenged",
      "A SYN with an older sequence number meets TIME_WAIT and is answered by an ACK."
    ) { lab in
      let (client, server) = try lab.open()
      try lab.closeByServer(client, server)
      try lab.forge(from: client, [.syn], offset: -1000)
      try lab.checkpoint("challenged")
    },

    Scenario(
      "time-wait-syn-no-listener",
      "A new SYN meets TIME_WAIT and no listener: the old end answers by an ACK, a RST ends it, the next SYN is refused."
    ) { lab in
      let listener = try lab.listen()
      let (client, server) = try lab.open(to: listener)
      try lab.closeByServer(client, server)
      listener.close()
      lab.wait(seconds: 1.1)
      lab.line.hold(.ack, from: .b)
      let again = try lab.startConnecting()
      try lab.checkpoint("answered from time_wait")
      lab.line.clear()
      lab.line.hold(.syn, from: .a)
      lab.line.release()
      try lab.checkpoint("reset, and the next syn under way")
      lab.line.clear()
      lab.line.release()
      try? again.waitUntilConnected()
      try lab.checkpoint("refused")
    },

    Scenario(
      "time-wait-syn-old-timestamp",
      "A SYN with a newer sequence number and an older timestamp meets TIME_WAIT and is answered by an ACK."
    ) { lab in
      let (client, server) = try lab.open()
      try lab.closeByServer(client, server)
      lab.line.hold(.rst, from: .a)
      try lab.forge(from: client, [.syn], offset: 5000, age: 100_000)
      try lab.checkpoint("answered from time_wait")
      lab.line.clear()
      lab.line.release()
      try lab.checkpoint("assassinated by the rst in return")
    },

    Scenario(
      "time-wait-syn-fin",
      "SYN and FIN in one meet TIME_WAIT: Linux gives the old end up for the listener, which drops them."
    ) { lab in
      let (client, server) = try lab.open()
      try lab.closeByServer(client, server)
      try lab.forge(from: client, [.syn, .fin], offset: 5000)
      try lab.checkpoint("nothing opened")
    },

    Scenario("time-wait-reset", "An exact RST ends TIME_WAIT (tcp_rfc1337=0).") { lab in
      let (client, server) = try lab.open()
      try lab.closeByServer(client, server)
      try lab.forge(from: client, [.rst])
      try lab.checkpoint("assassinated")
    },

    Scenario("time-wait-reset-ignored", "With tcp_rfc1337=1 the RST is ignored.") { lab in
      try lab.b.namespace.set("net.ipv4.tcp_rfc1337", to: "1")
      let (client, server) = try lab.open()
      try lab.closeByServer(client, server)
      try lab.forge(from: client, [.rst])
      try lab.checkpoint("still there")
    },

    Scenario(
      "time-wait-old-data",
      "Old data meets TIME_WAIT; its ACK meets nobody, and the RST in return ends it (RFC 1337)."
    ) { lab in
      let (client, server) = try lab.open()
      try client.send(text(100))
      try server.receive(100)
      try lab.closeByServer(client, server)
      try lab.forge(from: client, [.ack], offset: -60, payload: text(40))
      try lab.checkpoint("answered")
    },

    Scenario(
      "time-wait-fin-again",
      "The last ACK is lost under TIME_WAIT: the FIN comes again and is acknowledged from there."
    ) { lab in
      let (client, server) = try lab.open()
      server.close()
      lab.settle()
      lab.line.lose(.ack, from: .b, times: 1)
      client.close()
      try lab.checkpoint("last ack lost")
      lab.wait(seconds: 0.5)
      try lab.checkpoint("fin again")
    },

    Scenario(
      "time-wait-expires",
      "TIME_WAIT ends after sixty seconds, and a stray ACK then gets a RST.", slow: true
    ) { lab in
      let (client, server) = try lab.open()
      try lab.closeByServer(client, server)
      try lab.checkpoint("in time_wait")
      lab.wait(seconds: 62)
      try lab.forge(from: client, [.ack])
      try lab.checkpoint("expired")
    },

    Scenario(
      "fin-wait-2-orphan-minute",
      "An orphan's FIN_WAIT_2 ends after tcp_fin_timeout's sixty seconds.", slow: true
    ) { lab in
      let (client, server) = try lab.open()
      client.close()
      try lab.checkpoint("orphaned")
      lab.wait(seconds: 63)
      server.close()
      try lab.checkpoint("late fin answered by rst")
    },
  ]
}

extension Experiment {
  func closeByServer(_ client: Socket, _ server: Socket) throws {
    server.close()
    settle()
    client.close()
    settle()
  }
}
