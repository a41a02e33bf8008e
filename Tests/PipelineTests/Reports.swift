import Anomalies
import ConnectionTracking
import PacketDecoding
import Pipeline
import Reporting
import TestSupport

/// What a run over a capture writes.
enum Reports {
  /// The forms that are told apart, with their views.
  static let forms: [Form] =
    ReportFormat.allCases.map { Form(format: $0) } + [
      Form(format: .text, view: .timeline), Form(format: .text, view: .listeners),
      Form(format: .ndjson, view: .listeners), Form(format: .text, view: .timeline, names: .kernel),
    ]

  struct Form: Sendable {
    var format: ReportFormat
    var view = RenderingOptions.View.flows
    var names = StateNames.bsd

    var renderer: any ReportRenderer {
      var options = RenderingOptions()
      options.names = names
      options.view = view
      return format.renderer(options)
    }
  }

  /// NDJSON that holds everything.
  static let ndjson = Form(format: .ndjson, view: .listeners)

  /// Thresholds with which a single connection makes its host a finding.
  static let strict: Thresholds = {
    var thresholds = Thresholds()
    thresholds.closeWait = 0
    thresholds.closeWaitFlows = 1
    thresholds.resetStorm = 1
    return thresholds
  }()

  static func analysis(
    of file: String, as form: Form, _ filter: FlowFilter = FlowFilter(), _ thresholds: Thresholds = Thresholds()
  ) throws -> [UInt8] {
    let written = Written()
    let pipeline = try FilePipeline([file])
    let evaluator = FlowEvaluator(
      thresholds, .none, for: form.renderer.needs, isSelective: !filter.takesAll)
    var stream = ReportStream(form.renderer, to: written.buffer(), filter, evaluator)
    try pipeline.run(TrackerConfiguration()) { events, encapsulations in
      try stream.take(events) { encapsulations[$0] }
    }
    _ = try stream.finish(pipeline.outcome.capture)
    return written.bytes
  }

  /// - Parameter size: bytes that are read at a time.
  static func replay(_ ndjson: [UInt8], as form: Form, size: Int = 4096) throws -> [UInt8] {
    let written = Written()
    var replay = ReportReplay(form.renderer, to: written.buffer(), .none)
    for start in stride(from: 0, to: ndjson.count, by: size) {
      try replay.read(Array(ndjson[start..<min(start + size, ndjson.count)]).span)
    }
    try replay.readEnd()
    _ = try replay.finish()
    return written.bytes
  }
}

/// Keeps what is written.
private final class Written {
  private(set) var bytes: [UInt8] = []

  func buffer() -> OutputBuffer {
    OutputBuffer { span in for index in span.indices { self.bytes.append(span[index]) } }
  }
}
