public import ConnectionTracking
public import PacketDecoding

/// Which flows are asked for. Criteria of different kinds must all hold; of several of one kind, any.
public struct FlowFilter: Sendable {
  public var numbers: [Int] = []
  /// An end was ever in one of these; nil is UNKNOWN.
  public var states: [TCPState?] = []
  /// An end was left in one of these.
  public var finalStates: [TCPState?] = []
  /// At either end.
  public var hosts: [IPAddress] = []
  public var ports: [UInt16] = []
  /// Neither end has closed.
  public var isOpen = false

  public init() {}

  /// Nothing is asked for in particular.
  public var takesAll: Bool {
    numbers.isEmpty && states.isEmpty && finalStates.isEmpty && hosts.isEmpty && ports.isEmpty && !isOpen
  }

  public func includes(_ flow: Flow) -> Bool {
    if isOpen && !flow.isOpen { return false }
    if !numbers.isEmpty && !numbers.contains(flow.number) { return false }
    if !ports.isEmpty && !ports.contains(flow.client.port) && !ports.contains(flow.server.port) { return false }
    if !hosts.isEmpty && !hosts.contains(flow.client.address) && !hosts.contains(flow.server.address) {
      return false
    }
    return includesStates(of: flow)
  }

  private func includesStates(of flow: Flow) -> Bool {
    let client = flow.clientEnd.state
    let server = flow.serverEnd.state
    if !finalStates.isEmpty && !finalStates.contains(where: { $0 == client || $0 == server }) { return false }
    guard !states.isEmpty else { return true }
    let timeline = flow.timeline
    return states.contains { wanted in
      wanted == client || wanted == server || timeline.contains { $0.from == wanted || $0.to == wanted }
    }
  }
}
