import PacketDecoding

/// What a flow's packets were wrapped in, outermost first; an empty list straight on the link.
enum EncapsulationJSON {
  static func write(_ encapsulation: Encapsulation?, into output: inout OutputBuffer) {
    output.append(",\"encapsulation\":[")
    for (index, layer) in (encapsulation?.layers ?? []).enumerated() {
      output.append(index == 0 ? "{\"type\":" : ",{\"type\":")
      write(layer, into: &output)
      output.append("}")
    }
    output.append("]")
  }

  private static func write(_ layer: Encapsulation.Layer, into output: inout OutputBuffer) {
    switch layer {
    case .vlan(let id): write("vlan", Int(id), into: &output)
    case .pppoe(let session): write("pppoe", Int(session), into: &output)
    case .tunnel(let tunnel):
      write(tunnel.kind.word, tunnel.key.map(Int.init), into: &output)
      output.append(",\"hosts\":[\"")
      output.append(tunnel.low)
      output.append("\",\"")
      output.append(tunnel.high)
      output.append("\"]")
    }
  }

  private static func write(_ word: String, _ id: Int?, into output: inout OutputBuffer) {
    output.append(word: word)
    output.append(",\"id\":")
    output.append(json: id)
  }
}
