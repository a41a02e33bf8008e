import GroundTruth

extension Scenario {
  /// What a router on the way makes of packets, seen at both of its interfaces by the tap in the middle.
  static let translating = [
    Scenario(
      "dnat-both-sides",
      "Destination NAT between the hosts: the same connection in two names, each packet on both sides of the router."
    ) { lab in
      let (client, server) = try lab.openTranslated()
      try lab.checkpoint("open")
      try client.send(text(200))
      try server.receive(200)
      try server.send(text(300))
      try client.receive(300)
      try lab.checkpoint("data")
      client.close()
      try lab.checkpoint("half closed")
      server.close()
      try lab.checkpoint("closed")
    },

    Scenario(
      "dnat-not-undone",
      "Destination NAT that does not translate answers: the SYN-ACK comes from another address and gets a RST."
    ) { lab in
      try lab.startConnectingTranslated(undoingAnswers: false)
      try lab.checkpoint("answer from a stranger reset")
      try lab.wait(for: .synACK, from: .b)
      try lab.checkpoint("syn again, answer reset again")
    },

    Scenario(
      "copies-identification-zero",
      "Each packet twice, as at both interfaces of a router, from stacks that number no packet: identification 0."
    ) { lab in
      lab.tapsBothInterfaces = true
      lab.line.clearIdentifications()
      let listener = try lab.listen()
      let (client, server) = try lab.open(to: listener)
      try client.send(text(200))
      try server.receive(200)
      try server.send(text(3000))
      try client.receive(3000)
      try lab.checkpoint("data")
      client.close()
      lab.settle()
      server.close()
      try lab.checkpoint("closed")
      let next = try lab.open(to: listener, from: 40_001)
      next.client.close()
      lab.settle()
      try next.server.send(text(50))
      try lab.checkpoint("data answered by rst")
    },
  ]
}

extension Experiment {
  /// The address that A's clients know the service by, and no host has.
  private var service: String { address(3) }

  /// The address of a third party in the network of the hosts.
  func address(_ number: Int) -> String { a.address.contains(":") ? "fd77::\(number)" : "10.77.0.\(number)" }

  /// A listener of B behind a translating router, and a client of A that has sent its SYN.
  @discardableResult
  fileprivate func startConnectingTranslated(undoingAnswers: Bool) throws -> (listener: Socket, client: Socket) {
    tapsBothInterfaces = true
    line.translate(AddressTranslation(service: service, host: b.address, undoesAnswers: undoingAnswers))
    let listener = try listen()
    let client = try Socket(on: a, port: 40_000)
    try client.startConnecting(to: service, port: listener.port)
    return (listener, client)
  }

  fileprivate func openTranslated() throws -> (client: Socket, server: Socket) {
    let (listener, client) = try startConnectingTranslated(undoingAnswers: true)
    try client.waitUntilConnected()
    return (client, try listener.accept(from: client))
  }
}
