import ConnectionTracking
import TestSupport
import Testing

/// The whole machine on one page: every event in every state, UNKNOWN last.
struct TransitionTableTests {
  static let states: [TCPState?] = TCPState.allCases.map(Optional.some) + [nil]

  @Test func gridIsAsRecorded() {
    #expect(Snapshot("transition-table.txt").difference(from: grid) == nil)
  }

  /// Every arrow leads where RFC 9293 says: only an assumption to LISTEN, only an own SYN to SYN_SENT.
  @Test(arguments: states, EndpointEvent.allCases)
  func arrowsOfTheTable(state: TCPState?, event: EndpointEvent) {
    guard case .to(let next) = state.after(event) else { return }
    #expect(next != state)
    if next == .listen { #expect(state == nil && event == .assumesListener) }
    if next == .synSent { #expect(event == .sendsSYN || event == .reopens) }
    if next == .timeWait { #expect([.receivesFIN, .finAcknowledged, .answersFromTimeWait].contains(event)) }
    if next == .lastAck { #expect(state == .closeWait && event == .sendsFIN) }
  }

  /// Only one move has a memory, and only CLOSED is left by it.
  @Test(arguments: states, EndpointEvent.allCases)
  func onlyClosedIsTakenBack(state: TCPState?, event: EndpointEvent) {
    #expect((state.after(event) == .back) == (state == .closed && event == .continues))
  }

  /// From every open state a RST either way ends in CLOSED, and so does the next incarnation.
  @Test(arguments: TCPState.allCases.filter { $0 != .closed && $0 != .listen })
  func resetEndsEverything(state: TCPState) {
    #expect(Optional(state).after(.sendsRST) == .to(.closed))
    #expect(Optional(state).after(.receivesRST) == .to(.closed))
    #expect(Optional(state).after(.replaced) == .to(.closed))
  }

  private var grid: String {
    var lines = [row("", Self.states.map(name))]
    for event in EndpointEvent.allCases {
      lines.append(row("\(event)", Self.states.map { cell($0.after(event)) }))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func name(_ state: TCPState?) -> String { state.map { "\($0)" } ?? "unknown" }

  private func cell(_ transition: Arrow) -> String {
    switch transition {
    case .to(let state): "\(state)"
    case .back: "back"
    case .stay: "."
    case .uncertain: "?"
    case .impossible: "x"
    }
  }

  private func row(_ head: String, _ cells: [String]) -> String {
    let padded = cells.map { $0 + String(repeating: " ", count: max(1, 13 - $0.count)) }
    return (head + String(repeating: " ", count: max(1, 31 - head.count)) + padded.joined()).trimmingTrailingSpaces
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var result = self[...]
    while result.last == " " { result.removeLast() }
    return String(result)
  }
}
