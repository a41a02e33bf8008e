import GroundTruth

extension Scenario {
  static let losing = [
    Scenario("fin-lost", "The client's FIN is lost twice, then arrives.") { lab in
      let (client, server) = try lab.open()
      lab.line.lose(.fin, from: .a, times: 2)
      client.close()
      try lab.checkpoint("fin lost")
      lab.wait(seconds: 0.9)
      try lab.checkpoint("fin arrived")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "fin-wait-1-stuck",
      "Every FIN of the client is lost: it stays in FIN_WAIT_1, the server knows nothing."
    ) { lab in
      let (client, _) = try lab.open()
      lab.line.lose(.fin, from: .a)
      client.close()
      try lab.checkpoint("fin lost")
      lab.wait(seconds: 1)
      try lab.checkpoint("fin lost again")
    },

    Scenario(
      "fin-ack-lost",
      "The ACK of the client's FIN is lost; the FIN comes again and is acknowledged again."
    ) { lab in
      let (client, _) = try lab.open()
      lab.line.lose(.ack, from: .b, times: 1)
      try client.shutdown()
      try lab.checkpoint("ack lost")
      lab.wait(seconds: 0.5)
      try lab.checkpoint("fin again, acknowledged")
    },

    Scenario("last-ack-lost", "The last ACK is lost once: the server repeats its FIN.") { lab in
      let (client, server) = try lab.open()
      client.close()
      lab.settle()
      lab.line.lose(.ack, from: .a, times: 1)
      server.close()
      try lab.checkpoint("last ack lost")
      lab.wait(seconds: 0.5)
      try lab.checkpoint("fin again, acknowledged")
    },

    Scenario("last-ack-lost-twice", "The last ACK is lost twice.") { lab in
      let (client, server) = try lab.open()
      client.close()
      lab.settle()
      lab.line.lose(.ack, from: .a, times: 2)
      server.close()
      try lab.checkpoint("last ack lost")
      lab.wait(seconds: 0.25)
      try lab.checkpoint("lost again")
      lab.wait(seconds: 1)
      try lab.checkpoint("acknowledged")
    },

    Scenario("last-ack-stuck", "Every last ACK is lost: the server stays in LAST_ACK.") { lab in
      let (client, server) = try lab.open()
      client.close()
      lab.settle()
      lab.line.lose(.ack, from: .a)
      server.close()
      try lab.checkpoint("last ack lost")
      lab.wait(seconds: 1.2)
      try lab.checkpoint("still")
    },

    Scenario(
      "fin-overtakes-data",
      "The FIN arrives before the data it follows: no state moves until the hole is filled."
    ) { lab in
      let (client, server) = try lab.open()
      lab.line.hold(.data, from: .a)
      try client.send(text(400))
      lab.settle()
      try client.shutdown()
      try lab.checkpoint("fin came before the data")
      lab.line.clear()
      lab.line.release()
      try server.receive(400)
      try lab.checkpoint("hole filled")
    },

    Scenario("data-lost-before-fin", "The data before the FIN is lost and comes again.") { lab in
      let (client, server) = try lab.open()
      lab.line.lose(.data, from: .a)
      try client.send(text(400))
      client.close()
      try lab.checkpoint("data lost")
      lab.line.clear()
      lab.wait(seconds: 0.9)
      try server.receive(400)
      try lab.checkpoint("data again")
    },

    Scenario("bulk-lost-reordered", "32 kB over a line that loses, doubles and reorders.") { lab in
      let (client, server) = try lab.open()
      lab.line.setNoise(LineNoise(loss: 0.04, duplication: 0.02, jitterMilliseconds: 8))
      try lab.transfer(16_000, from: client, to: server)
      try lab.checkpoint("half")
      try lab.transfer(16_000, from: client, to: server)
      client.close()
      lab.wait(seconds: 0.5)
      server.close()
      lab.wait(seconds: 0.5)
      try lab.checkpoint("closed")
    },

    Scenario("segments-duplicated", "Every packet arrives twice, some milliseconds apart.") { lab in
      lab.line.duplicate(.any, from: .a, afterMilliseconds: 12)
      lab.line.duplicate(.any, from: .b, afterMilliseconds: 12)
      let (client, server) = try lab.open()
      try client.send(text(300))
      try server.receive(300)
      try lab.checkpoint("open")
      client.close()
      try lab.checkpoint("half closed")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "old-syn-returns",
      "A copy of the SYN comes when the connection is long open: challenged, nothing moves."
    ) { lab in
      let listener = try lab.listen()
      lab.line.duplicate(.syn, from: .a, afterMilliseconds: 250)
      _ = try lab.open(to: listener)
      try lab.checkpoint("open")
      lab.wait(seconds: 0.4)
      try lab.checkpoint("old syn came")
    },

    Scenario("closing-stuck", "Both close at once and neither FIN is ever acknowledged.") { lab in
      let (client, server) = try lab.open()
      lab.line.hold(.fin, from: .a, times: 1)
      lab.line.hold(.fin, from: .b, times: 1)
      lab.line.lose(.ack, from: .a)
      lab.line.lose(.ack, from: .b)
      client.close()
      server.close()
      lab.settle(milliseconds: 30)
      lab.line.lose(.fin, from: .a)
      lab.line.lose(.fin, from: .b)
      lab.line.release()
      try lab.checkpoint("both fins arrived, both acks lost")
      lab.wait(seconds: 1)
      try lab.checkpoint("still")
    },

    Scenario(
      "orphan-gives-up", "tcp_orphan_retries=1: a closed socket whose FIN is lost goes without a packet."
    ) { lab in
      try lab.a.namespace.set("net.ipv4.tcp_orphan_retries", to: "1")
      let (client, _) = try lab.open()
      lab.line.lose(.any, from: .a)
      client.close()
      try lab.checkpoint("fin lost")
      lab.wait(seconds: 2.5)
      try lab.checkpoint("given up")
    },

    Scenario("line-cut", "The line goes dead under a sender.") { lab in
      let (client, server) = try lab.open()
      try client.send(text(100))
      try server.receive(100)
      lab.line.cut()
      try client.send(text(100))
      try lab.checkpoint("unacknowledged")
      lab.wait(seconds: 1)
      try lab.checkpoint("still")
    },

    Scenario(
      "user-timeout",
      "TCP_USER_TIMEOUT ends a connection without a packet; the peer's data then gets a RST."
    ) { lab in
      let (client, server) = try lab.open()
      try client.set(.userTimeout, 600)
      lab.line.lose(.any, from: .a)
      try client.send(text(100))
      try lab.checkpoint("unacknowledged")
      lab.wait(seconds: 2)
      lab.line.clear()
      try server.send(text(10))
      try lab.checkpoint("data answered by rst")
    },
  ]
}

extension Experiment {
  /// Sends generated text and reads it at the other end.
  func transfer(_ count: Int, from sender: Socket, to receiver: Socket) throws {
    var (sent, received) = (0, 0)
    let bytes = text(count)
    let deadline = Clock.now() + 10_000_000_000
    while received < count {
      if sent < count { sent += try sender.send(Array(bytes[sent...].prefix(8000))) }
      received += try receiver.receiveAvailable()?.count ?? 0
      guard Clock.now() < deadline else { throw LaboratoryError("the transfer does not end") }
      Clock.sleep(milliseconds: 2)
    }
  }

  /// Tells a host that the last packet it sent met a closed port: ICMP type 3 code 3, or ICMPv6 type 1 code 4.
  func rejectLastPacket(
    of side: Side, with rejection: Forgery.Rejection = .portUnreachable, by reporter: String? = nil
  ) throws {
    guard let last = line.events.last(where: { $0.isSent && $0.side == side })?.packet,
      let packet = Forgery.rejection(rejection, of: last, by: reporter)
    else { throw LaboratoryError("there is no packet to reject") }
    line.inject(packet, to: side)
  }
}
