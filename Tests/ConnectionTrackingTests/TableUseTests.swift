import ConnectionTracking
import PacketCapture
import PacketDecoding
import Synchronization
import TestSupport
import Testing

#if DEBUG
  /// What the captures under `captures/` ask of the table.
  struct TableUseTests {
    /// Each arrow, and a capture that takes it; where none does, a conversation.
    @Test func everyArrowIsTaken() throws {
      let use = TableUse(of: SampleCaptures.paths + SampleCaptures.recordings)
      for (name, text) in TableConversations.all { use.play(try WireScript(text), called: "(\(name))") }
      var page = ""
      for event in EndpointEvent.allCases {
        for state in TransitionTableTests.states where state.after(event).isArrow {
          let cell = Cell(state: state, event: event)
          let capture = use.takers[cell].map { $0.replacing(SampleCaptures.folder + "/", with: "") }
          let place = capture ?? Self.untaken[cell].map { "none: \($0)" }
          if place == nil { Issue.record("nothing takes \(cell)") }
          page += "\(cell)".padded(to: 47) + (place ?? "?") + "\n"
        }
      }
      #expect(Snapshot("transition-captures.txt").difference(from: page) == nil)
    }

    /// The impossible is only asked of the table where an observation is made of the segment, where the flow began before the
    /// capture did, or where a SYN comes again that the network doubled or held back: of that no observation is made.
    ///
    /// A forged FIN is the exception: nothing tells it from its sender's own, until that acknowledges as ESTABLISHED.
    @Test(arguments: (SampleCaptures.paths + SampleCaptures.recordings).filter { !$0.contains("fin-exact-forged") })
    func theImpossibleIsNoticed(path: String) {
      let use = TableUse(of: [path])
      #expect(use.unnoticed.isEmpty, "\(use.unnoticed)")
    }

    /// Arrows that are not taken, and why.
    private static let untaken: [Cell: String] = [
      Cell(state: .listen, event: .reopens): "only a SYN-ACK that may be a cookie has made a listener's numbers known"
    ]
  }

  /// An event in a state.
  private struct Cell: Hashable, Sendable, CustomStringConvertible {
    var state: TCPState?
    var event: EndpointEvent

    var description: String {
      let next =
        switch state.after(event) {
        case .to(let state): "\(state)"
        case .back: "back"
        case .uncertain: "?"
        case .stay, .impossible: ""
        }
      return "\(event)".padded(to: 31) + "\(state.map { "\($0)" } ?? "unknown")".padded(to: 13) + "\(next) "
    }
  }

  /// What a tracker asked of the table while it read captures.
  private final class TableUse: Sendable {
    private struct Answers {
      var takers: [Cell: String] = [:]
      var unnoticed: Set<String> = []
      var impossible: [Cell] = []
    }
    private let answers = Mutex(Answers())

    /// What took each arrow first.
    var takers: [Cell: String] { answers.withLock { $0.takers } }
    var unnoticed: Set<String> { answers.withLock { $0.unnoticed } }

    init(of paths: [String]) { for path in paths { watch(path) { read(path) } } }

    func play(_ script: WireScript, called name: String) {
      var configuration = TrackerConfiguration()
      configuration.reportsTransitions = true
      watch(name) { _ = script.events(configuration) }
    }

    private func watch(_ name: String, _ body: () -> Void) {
      TransitionUse.$observer.withValue({ self.note($0, $1, $2, name) }, operation: body)
    }

    private func note(_ state: TCPState?, _ event: EndpointEvent, _ transition: Arrow, _ name: String) {
      let cell = Cell(state: state, event: event)
      answers.withLock { answers in
        if transition.isArrow, answers.takers[cell] == nil { answers.takers[cell] = name }
        if transition == .impossible { answers.impossible.append(cell) }
      }
    }

    private func read(_ path: String) {
      var configuration = TrackerConfiguration()
      configuration.reportsTransitions = true
      var tracker = ConnectionTracker(configuration)
      var decoder = PacketDecoder()
      var events: [TrackerEvent] = []
      let noPayload: [UInt8] = []
      do throws(CaptureError) {
        var source = try CaptureSource(file: path)
        while case .packet(let packet) = try source.next({ decoder.decode($0, $1) }) {
          switch packet {
          case .segment(let segment):
            tracker.process(segment, payload: noPayload.span, into: &events)
            check(segment, &tracker)
          case .icmpError(let error): tracker.process(error, into: &events)
          case .other, .malformed: break
          }
        }
      } catch {}  // A sample that ends too soon is read as far as it goes.
      tracker.finish(into: &events)
    }

    private func check(_ segment: Segment, _ tracker: inout ConnectionTracker) {
      let cells = answers.withLock { answers in
        defer { answers.impossible = [] }
        return answers.impossible
      }
      guard !cells.isEmpty else { return }
      let ends: Set = [segment.source, segment.destination]
      let flow = TableUse.silently { tracker.snapshot().last { ends == [$0.client, $0.server] } }
      guard let flow, flow.orientation == .syn else { return }
      guard !flow.observations.contains(where: { $0.last.frame == segment.frame }) else { return }
      let sender = flow.client == segment.source ? flow.clientEnd : flow.serverEnd
      if segment.flags.contains(.syn), sender.initialSequence == segment.sequence { return }
      let words = TableUse.silently { cells.map { "\($0) of frame \(segment.frame), \(segment.flags)" } }
      answers.withLock { $0.unnoticed.formUnion(words) }
    }

    private static func silently<Value>(_ body: () -> Value) -> Value {
      TransitionUse.$observer.withValue(nil, operation: body)
    }
  }

  extension Arrow {
    fileprivate var isArrow: Bool {
      switch self {
      case .to, .back, .uncertain: true
      case .stay, .impossible: false
      }
    }
  }
#endif

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
