import GroundTruth

extension Scenario {
  static let closing = [
    Scenario("four-way-close-by-client", "The client closes first, the server after it.") { lab in
      let (client, server) = try lab.open()
      try lab.checkpoint("open")
      try client.send(text(200))
      try server.receive(200)
      try server.send(text(900))
      try client.receive(900)
      try lab.checkpoint("data")
      client.close()
      try lab.checkpoint("half closed")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario("four-way-close-by-server", "The server closes first, the client after it.") { lab in
      let (client, server) = try lab.open()
      try server.send(text(50))
      try client.receive(50)
      server.close()
      try lab.checkpoint("server's fin")
      client.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "four-way-close-step-by-step",
      "Each packet of the close is held on the way: the ends differ at every step."
    ) { lab in
      lab.line.setDelay(milliseconds: 15)
      let (client, server) = try lab.open()
      lab.settle()
      lab.line.hold(.any, from: .a)
      lab.line.hold(.any, from: .b)
      client.close()
      try lab.checkpoint("fin under way")
      lab.line.release()
      try lab.checkpoint("its ack under way")
      lab.line.release()
      try lab.checkpoint("ack arrived")
      server.close()
      try lab.checkpoint("second fin under way")
      lab.line.release()
      try lab.checkpoint("last ack under way")
      lab.line.release()
      try lab.checkpoint("closed")
    },

    Scenario(
      "three-way-close",
      "The ACK of the client's FIN is lost and comes with the server's FIN instead: FIN_WAIT_1 to TIME_WAIT."
    ) { lab in
      let (client, server) = try lab.open()
      lab.line.lose(.ack, from: .b, times: 1)
      client.close()
      try lab.checkpoint("fin sent, its ack lost")
      lab.line.clear()
      server.close()
      try lab.checkpoint("fin and ack came in one")
    },

    Scenario("simultaneous-close", "Both ends close before either FIN arrives.") { lab in
      let (client, server) = try lab.open()
      lab.line.hold(.fin, from: .a)
      lab.line.hold(.fin, from: .b)
      client.close()
      server.close()
      try lab.checkpoint("both fins in flight")
      lab.line.clear()
      lab.line.hold(.ack, from: .a)
      lab.line.hold(.ack, from: .b)
      lab.line.release()
      try lab.checkpoint("both fins arrived")
      lab.line.clear()
      lab.line.release()
      try lab.checkpoint("both acknowledged")
    },

    Scenario(
      "simultaneous-close-ack-lost",
      "Both close at once and one ACK is lost: CLOSING at one end, TIME_WAIT at the other."
    ) { lab in
      let (client, server) = try lab.open()
      lab.line.hold(.fin, from: .a)
      lab.line.hold(.fin, from: .b)
      client.close()
      server.close()
      lab.settle()
      lab.line.clear()
      lab.line.lose(.ack, from: .b, times: 1)
      lab.line.release()
      try lab.checkpoint("one ack lost")
      lab.wait(seconds: 0.5)
      try lab.checkpoint("fin again")
    },

    Scenario("half-close", "The client has sent all it has, and the server streams on.") { lab in
      let (client, server) = try lab.open()
      try client.send(text(120))
      try client.shutdown()
      try server.receive(120)
      try lab.checkpoint("half closed")
      for _ in 0..<6 {
        try server.send(text(3000))
        try client.receive(3000)
      }
      try lab.checkpoint("data after the fin")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario("close-wait-leak", "The client is gone and the server never closes.") { lab in
      let (client, server) = try lab.open()
      try client.send(text(10))
      client.close()
      try server.receive(10)
      try lab.checkpoint("client closed")
      lab.wait(seconds: 1)
      try lab.checkpoint("server never closes")
    },

    Scenario("fin-with-data", "The last data and the FIN come in one segment.") { lab in
      let (client, server) = try lab.open()
      try client.set(.cork, 1)
      try client.send(text(60))
      client.close()
      try server.receive(60)
      try lab.checkpoint("half closed")
      try server.set(.cork, 1)
      try server.send(text(70))
      server.close()
      try lab.checkpoint("server's data and fin met a closed socket")
    },

    Scenario("fin-with-data-both", "Both ends put their FIN on their last data.") { lab in
      let (client, server) = try lab.open()
      try client.set(.cork, 1)
      try client.send(text(60))
      try client.shutdown()
      try server.receive(60)
      try server.set(.cork, 1)
      try server.send(text(70))
      server.close()
      try client.receive(70)
      try lab.checkpoint("closed")
    },

    Scenario(
      "fin-wait-2-held",
      "The client shuts down and keeps reading: FIN_WAIT_2 without a timer, past tcp_fin_timeout."
    ) { lab in
      try lab.a.namespace.set("net.ipv4.tcp_fin_timeout", to: "1")
      let (client, server) = try lab.open()
      try client.shutdown()
      try lab.checkpoint("half closed")
      lab.wait(seconds: 1.5)
      try lab.checkpoint("held past the timeout")
      try server.send(text(30))
      try client.receive(30)
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "linger2-negative",
      "TCP_LINGER2 below zero: no FIN_WAIT_2, a RST once the FIN is acknowledged."
    ) { lab in
      let (client, _) = try lab.open()
      try client.set(.linger2, -1)
      client.close()
      try lab.checkpoint("reset after the fin")
    },

    Scenario(
      "fin-wait-2-orphan-timeout",
      "tcp_fin_timeout ends an orphan's FIN_WAIT_2: the server's late FIN gets a RST."
    ) { lab in
      try lab.a.namespace.set("net.ipv4.tcp_fin_timeout", to: "1")
      let (client, server) = try lab.open()
      client.close()
      try lab.checkpoint("orphaned")
      lab.wait(seconds: 2.5)
      server.close()
      try lab.checkpoint("late fin answered by rst")
    },

    Scenario(
      "time-wait-bucket-overflow",
      "No room for TIME_WAIT (tcp_max_tw_buckets=0): FIN_WAIT_2 is dropped at once."
    ) { lab in
      try lab.a.namespace.set("net.ipv4.tcp_max_tw_buckets", to: "0")
      let (client, server) = try lab.open()
      client.close()
      lab.settle()
      server.close()
      try lab.checkpoint("fin answered by rst")
    },

    Scenario(
      "close-in-syn-rcvd",
      "A socket in simultaneous open is closed before the peer's SYN-ACK comes: SYN_RCVD to FIN_WAIT_1."
    ) { lab in
      lab.line.hold(.syn, from: .a)
      lab.line.hold(.syn, from: .b)
      let (left, right) = try lab.connectBothWays()
      lab.settle()
      lab.line.clear()
      lab.line.hold(.synACK, from: .a)
      lab.line.hold(.synACK, from: .b)
      lab.line.release()
      try lab.checkpoint("syns crossed")
      left.close()
      try lab.checkpoint("closed in syn_rcvd")
      lab.line.clear()
      lab.line.release()
      try right.waitUntilConnected()
      try lab.checkpoint("fin arrived")
      right.close()
      try lab.checkpoint("both closed")
    },
  ]
}
