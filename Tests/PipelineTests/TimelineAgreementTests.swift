import Anomalies
import ConnectionTracking
import PacketDecoding
import Pipeline
import Reporting
import TestSupport
import Testing

/// Nothing that is said of a flow is denied by its timeline.
@Suite("What is said, and the timeline")
struct TimelineAgreementTests {
  @Test(arguments: SampleCaptures.paths + SampleCaptures.recordings)
  func agree(file: String) throws {
    // Damaged ones end early, and what was read of them is reported as well.
    guard let ndjson = try? Reports.analysis(of: file, as: Reports.ndjson) else { return }
    var reader = NDJSONReader()
    try reader.read(ndjson.span) { report in
      let told = ToldFlow(report)
      for contradiction in told.contradictions {
        Issue.record("flow \(report.flow.number): \(contradiction); \(report.sentence())")
      }
    }
  }

  /// The measure sees what it is there for.
  @Test(arguments: [
    ("close", "\"close\":\"three-way\"", "\"close\":\"reset\""),
    ("closer", "\"closed_by\":\"client\"", "\"closed_by\":\"server\""),
  ])
  func aWrongWordIsFound(what: String, right: String, wrong: String) throws {
    let file = try #require(SampleCaptures.paths.first { $0.hasSuffix("close/three-way.pcap") })
    let ndjson = String(decoding: try Reports.analysis(of: file, as: Reports.ndjson), as: UTF8.self)
    #expect(ndjson.contains(right))
    var found: [String] = []
    var reader = NDJSONReader()
    try reader.read(Array(ndjson.replacing(right, with: wrong).utf8).span) { found += ToldFlow($0).contradictions }
    #expect(!found.isEmpty, "\(what)")
  }
}

/// A flow's close, cause, findings and sentence, held against what stands of its timeline.
struct ToldFlow {
  private let report: FlowReport
  private let flow: Flow
  private let standing: [Transition]

  init(_ report: FlowReport) {
    self.report = report
    flow = report.flow
    standing = EndpointRole.allCases.flatMap { role in
      Self.standing(report.flow.timeline.filter { $0.endpoint == role })
    }
  }

  /// The entries of one end that were neither refuted nor taken back later.
  private static func standing(_ entries: [Transition]) -> [Transition] {
    var result: [Transition] = []
    for entry in entries {
      if entry.cause == .presumptionRefuted {
        // Back to where one of the entries before led, or to where all began.
        let kept = result.lastIndex { $0.to == entry.to }.map { $0 + 1 } ?? 0
        result.removeSubrange(kept...)
      } else if entry.refuted == nil {
        // A handshake that a RST ended begins anew.
        if entry.from == .closed, [.sendsSYN, .receivesSYN].contains(entry.cause) { result.removeAll() }
        result.append(entry)
      }
    }
    return result
  }

  /// What is said and does not stand, in words.
  var contradictions: [String] {
    // Of a timeline that is not whole nothing can be held against anything.
    guard flow.timelineOmitted == 0 else { return [] }
    return closeContradictions + closerContradictions + causeContradictions + sentenceContradictions
      + stateContradictions
  }

  /// The FIN of `role`; where it was another's, the move of the peer that took it.
  private func fin(of role: EndpointRole) -> Transition? {
    standing.first { $0.endpoint == role && $0.cause == .sendsFIN }
      ?? standing.first { $0.endpoint == role.peer && [.receivesFIN, .receivesFINACK].contains($0.cause) }
  }

  /// The RSTs that ended an end which was not closed yet.
  private var resets: [Transition] {
    standing.filter { entry in
      guard entry.cause == .sendsRST || entry.cause == .receivesRST, entry.to == .closed else { return false }
      return entry.from != .closed && entry.from != .timeWait
    }
  }

  private var closeContradictions: [String] {
    let fins = EndpointRole.allCases.compactMap(fin)
    let isReset = resets.contains { $0.from != .listen }
    let isWrong =
      switch flow.close {
      case .fourWay, .threeWay, .simultaneous: fins.count != 2 || isReset
      case .half: fins.count != 1 || isReset
      case .reset: resets.isEmpty
      case .resetAfterFIN: fins.isEmpty || resets.isEmpty
      case .refused: !standing.contains { [.sendsRST, .receivesRST, .receivesICMPError].contains($0.cause) }
      case .none, .unanswered: !fins.isEmpty || isReset
      }
    return isWrong ? ["it is called \(flow.close), with \(fins.count) FINs and \(resets.count) RSTs that stand"] : []
  }

  private var closerContradictions: [String] {
    switch flow.close {
    case .resetAfterFIN where flow.closedBy == .both:
      return EndpointRole.allCases.allSatisfy { fin(of: $0) != nil }
        ? [] : ["both closed at once, and one did not close"]
    case .fourWay, .threeWay, .half, .resetAfterFIN:
      // By the order of the file or by that of its times, which may wrap.
      let fins = EndpointRole.allCases.compactMap { role in fin(of: role).map { (role: role, entry: $0) } }
      let firsts = [
        fins.min { $0.entry.time < $1.entry.time }, fins.min { ($0.entry.frame ?? 0) < ($1.entry.frame ?? 0) },
      ]
      // The first FIN that passed may have been the second that was sent.
      let mayBeOther = fins.count == 2 && fins[0].entry.time == fins[1].entry.time
      return firsts.contains { $0.map { closer($0.role) } == flow.closedBy } || mayBeOther
        ? [] : ["\(String(describing: flow.closedBy)) closed first"]
    case .reset:
      let senders = resets.map { $0.cause == .sendsRST ? $0.endpoint : $0.endpoint.peer }
      // Nobody closed where the RST was neither end's.
      if flow.closedBy == nil { return resets.contains { $0.cause == .sendsRST } ? ["nobody reset it"] : [] }
      return senders.contains { closer($0) == flow.closedBy } ? [] : ["\(String(describing: flow.closedBy)) reset it"]
    case .simultaneous: return flow.closedBy == .both ? [] : ["one of two ends that closed at once closed first"]
    case .none, .unanswered: return flow.closedBy == nil ? [] : ["somebody closed what is open"]
    case .refused: return []
    }
  }

  private func closer(_ role: EndpointRole) -> Flow.Closer { role == .client ? .client : .server }

  private var causeContradictions: [String] {
    switch flow.close {
    case .reset, .resetAfterFIN, .refused: []
    default: report.resetCause == nil ? [] : ["a RST has a cause, and ended nothing"]
    }
  }

  private var sentenceContradictions: [String] {
    let sentence = report.sentence()
    let close = sentence.split(separator: ";").first.map(String.init) ?? sentence
    var result: [String] = []
    for role in EndpointRole.allCases {
      let name = role == .client ? "The client " : "The server "
      if close.hasPrefix(name), close.contains("closed first (FIN)"),
        fin(of: role) == nil || flow.closedBy != closer(role)
      {
        result.append("the sentence has a FIN of \(role) that does not stand, or was not the first")
      }
      if close.hasPrefix(name), close.contains("reset the connection"), resets.isEmpty {
        result.append("the sentence has a RST that does not stand")
      }
    }
    return result
  }

  /// A finding that tells how long an end was in a state has an end that was in it.
  private var stateContradictions: [String] {
    let stalls: [String: TCPState] = [
      "close-wait-leak": .closeWait, "fin-wait-1-stalled": .finWait1, "fin-wait-2-stuck": .finWait2,
      "last-ack-stalled": .lastAck, "closing-stalled": .closing, "syn-rcvd-stalled": .synReceived,
    ]
    return report.findings.compactMap { finding in
      guard let state = stalls[finding.id], let role = finding.endpoint else { return nil }
      guard case .duration(let told)? = finding.fields.first(where: { $0.name == "duration" })?.value else {
        return nil
      }
      let spent = flow[role].nanosecondsInState[Int(state.rawValue)]
      return spent >= told - 1_000_000 ? nil : "\(finding.id) tells \(told) ns in \(state), where \(role) was \(spent)"
    }
  }
}
