import ArgumentParser
import ConnectionTracking
import PacketDecoding
import Pipeline
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

  var filter: FlowFilter {
    var filter = FlowFilter()
    filter.numbers = numbers
    filter.states = states.map(\.state)
    filter.finalStates = finalStates.map(\.state)
    filter.hosts = hosts
    filter.ports = ports
    filter.isOpen = isOpen
    return filter
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
