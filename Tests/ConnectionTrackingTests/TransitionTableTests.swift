import ConnectionTracking
import TestSupport
import Testing

/// The whole machine on one page: every state under every event.
struct TransitionTableTests {
  @Test func gridIsAsRecorded() {
    #expect(Snapshot("transition-table.txt").difference(from: grid) == nil)
  }

  /// Every event leaves each state where RFC 9293 says, or is refused: none leads back to LISTEN, and only an own SYN
  /// leaves CLOSED actively.
  @Test(arguments: TCPState.allCases, EndpointEvent.allCases)
  func arrowsOfTheTable(state: TCPState, event: EndpointEvent) {
    guard case .to(let next) = state.after(event) else { return }
    #expect(next != state)
    #expect(next != .listen)
    if next == .synSent { #expect(event == .sendsSYN) }
    if next == .timeWait { #expect(event == .receivesFIN || event == .finAcknowledged) }
    if next == .lastAck { #expect(state == .closeWait && event == .sendsFIN) }
  }

  /// From every open state a RST either way ends in CLOSED.
  @Test(arguments: TCPState.allCases.filter { $0 != .closed && $0 != .listen })
  func resetEndsEverything(state: TCPState) {
    #expect(state.after(.sendsRST) == .to(.closed))
    #expect(state.after(.receivesRST) == .to(.closed))
  }

  private var grid: String {
    var lines = [row("", EndpointEvent.allCases.map { "\($0)" })]
    for state in TCPState.allCases {
      lines.append(row("\(state)", EndpointEvent.allCases.map { cell(state.after($0)) }))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func cell(_ transition: Transition) -> String {
    switch transition {
    case .to(let state): "\(state)"
    case .stay: "."
    case .violation: "x"
    }
  }

  private func row(_ head: String, _ cells: [String]) -> String {
    ([head] + cells).map { $0 + String(repeating: " ", count: max(1, 16 - $0.count)) }.joined().trimmingTrailingSpaces
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var result = self[...]
    while result.last == " " { result.removeLast() }
    return String(result)
  }
}
