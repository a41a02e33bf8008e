package import ConnectionTracking

extension OpenConnection {
  /// In what it is not what `flow` says of the same connection at the same time; empty where the two agree.
  package func differences(from flow: Flow) -> [String] {
    var result: [String] = []
    if number != flow.number { result.append("number \(number)") }
    if (client, server) != (flow.client, flow.server) { result.append("\(client) and \(server)") }
    if encapsulation != flow.encapsulation { result.append("\(encapsulation)") }
    if (firstSeen, lastSeen) != (flow.firstSeen, flow.lastSeen) { result.append("from \(firstSeen) to \(lastSeen)") }
    if close != flow.close { result.append("close \(close)") }
    for (name, end, summary) in [("client", clientEnd, flow.clientEnd), ("server", serverEnd, flow.serverEnd)] {
      let known = (end.state, end.since, end.isPresumed)
      if known != (summary.state, summary.stateSince, summary.isPresumed) { result.append("\(name) \(known)") }
      let counted = (end.packets, end.payloadBytes)
      if counted != (summary.packets, summary.payloadBytes) { result.append("\(name) \(counted)") }
    }
    return result.map { "\($0), not as in \(flow)" }
  }
}
