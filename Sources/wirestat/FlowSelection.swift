import ArgumentParser
import ConnectionTracking
import PacketDecoding
import Reporting

/// Which flows a report shows. Options of different kinds must all hold; of several of one kind, any.
struct FlowSelection: ParsableArguments {
  @Option(name: .customLong("flow"), help: ArgumentHelp("Only this flow, as the table numbers it.", valueName: "n"))
  var numbers: [Int] = []

  @Option(name: .customLong("state"), help: "Only flows of which an end was ever in this state, in any spelling.")
  var states: [StateArgument] = []

  @Option(
    name: .customLong("final-state"),
    help: ArgumentHelp("Only flows of which an end was left in this state.", valueName: "state"))
  var finalStates: [StateArgument] = []

  @Option(name: .customLong("host"), help: "Only flows with this address at either end.")
  var hosts: [IPAddress] = []

  @Option(name: .customLong("port"), help: "Only flows with this port at either end.")
  var ports: [UInt16] = []

  @Flag(name: .customLong("open"), help: "Only flows that neither end has closed.")
  var isOpen = false
}

/// A ``FlowSelection`` in plain values: asked once a flow, and what a parsed option costs to read adds up.
struct FlowFilter {
  private let numbers: [Int]
  private let states: [TCPState?]
  private let finalStates: [TCPState?]
  private let hosts: [IPAddress]
  private let ports: [UInt16]
  private let isOpen: Bool
  /// Nothing was asked for in particular.
  let takesAll: Bool

  init(_ selection: FlowSelection) {
    numbers = selection.numbers
    states = selection.states.map(\.state)
    finalStates = selection.finalStates.map(\.state)
    hosts = selection.hosts
    ports = selection.ports
    isOpen = selection.isOpen
    takesAll = numbers.isEmpty && states.isEmpty && finalStates.isEmpty && hosts.isEmpty && ports.isEmpty && !isOpen
  }

  @inline(__always)
  func includes(_ flow: Flow) -> Bool { takesAll || matches(flow) }

  private func matches(_ flow: Flow) -> Bool {
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

/// A state on the command line, in any dialect's spelling; nil is UNKNOWN.
struct StateArgument: ExpressibleByArgument, Sendable {
  let state: TCPState?

  init?(argument: String) {
    guard let state = StateNames.state(named: argument) else { return nil }
    self.state = state
  }

  static var defaultCompletionKind: CompletionKind { .list(TCPState.allCases.map(StateNames.bsd.name(of:))) }
}
