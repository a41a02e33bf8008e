package import PacketDecoding

extension OutputBuffer {
  /// Appends the layers, outermost first: `vlan 10, vlan 20, vxlan 5 between 10.0.0.1 and 10.0.0.2`.
  package mutating func append(_ encapsulation: Encapsulation) {
    for (index, layer) in encapsulation.layers.enumerated() {
      if index > 0 { append(", ") }
      append(layer)
    }
  }

  private mutating func append(_ layer: Encapsulation.Layer) {
    switch layer {
    case .vlan(let id): append("vlan ", Int(id))
    case .pppoe(let session): append("pppoe ", Int(session))
    case .tunnel(let tunnel):
      append(tunnel.kind.word)
      if let key = tunnel.key { append(" ", Int(key)) }
      append(" between ")
      append(tunnel.low)
      append(" and ")
      append(tunnel.high)
    }
  }

  private mutating func append(_ word: String, _ number: Int) {
    append(word)
    append(number)
  }
}

extension Tunnel.Kind {
  /// Its word in every output.
  var word: String {
    switch self {
    case .ip: "ip"
    case .gre: "gre"
    case .pptp: "pptp"
    case .erspan: "erspan"
    case .ethernet: "ethernet"
    case .vxlan: "vxlan"
    case .geneve: "geneve"
    case .gtp: "gtp"
    }
  }
}
