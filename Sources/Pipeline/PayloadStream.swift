public import ConnectionTracking
public import Reporting

/// Writes the payload of one flow as the tracker puts it in order.
public struct PayloadStream: ~Copyable {
  /// True once the flow has ended and nothing of it can follow.
  public private(set) var isComplete = false
  private let flow: Int
  private let from: EndpointRole?
  private let form: Form
  private var texts = Sides(client: PrintableText(), server: PrintableText())
  private var dumps = Sides(client: HexDump(mark: ">"), server: HexDump(mark: "<"))
  private var holes = Sides(client: StreamHoles(), server: StreamHoles())
  private var output: OutputBuffer
  private let warn: (String) -> Void
  /// The highest number of a flow that began.
  private var flows = 0

  /// - Parameters:
  ///   - from: one direction alone; nil for both.
  ///   - warn: is told of bytes that are missing.
  public init(
    flow: Int, from: EndpointRole?, as form: Form, to output: consuming OutputBuffer, warn: @escaping (String) -> Void
  ) {
    self.warn = warn
    self.flow = flow
    self.from = from
    self.form = form
    self.output = output
  }

  /// - Throws: what the output's descriptor says when it can't be written.
  public mutating func take(_ events: [TrackerEvent]) throws {
    for event in events where !isComplete {
      switch event {
      case .began(let number): flows = max(flows, number)
      case .stream(let step) where step.flow == flow: take(step)
      case .ended(let ended) where ended.number == flow: isComplete = true
      default: break
      }
    }
    if let failure = output.failure { throw failure }
  }

  private mutating func take(_ step: StreamEvent) {
    guard from == nil || from == step.from else { return }
    switch step.content {
    case .bytes(let bytes):
      tell(holes[step.from].close(), of: step.from)
      write(bytes, from: step.from)
    case .gap(let length, let gap):
      texts[step.from].finish(into: &output)
      dumps[step.from].skip(length)
      tell(holes[step.from].add(length, gap, frame: step.frame), of: step.from)
    case .end: break
    }
  }

  private mutating func write(_ bytes: [UInt8], from role: EndpointRole) {
    switch form {
    case .bytes: output.append(bytes: bytes)
    case .text: texts[role].write(bytes, into: &output)
    case .hexadecimal: dumps[role].write(bytes, into: &output)
    }
  }

  /// Says it, behind the bytes before it.
  private mutating func tell(_ hole: StreamHoles.Hole?, of role: EndpointRole) {
    guard let hole else { return }
    output.flush()
    warn(hole.sentence(of: role))
  }

  /// Writes what waits.
  ///
  /// - Returns: how many flows there were.
  public consuming func finish() throws -> Int {
    for role in EndpointRole.allCases {
      texts[role].finish(into: &output)
      for hole in holes[role].finish() { tell(hole, of: role) }
    }
    output.flush()
    if let failure = output.failure { throw failure }
    return flows
  }

  /// How the payload is written.
  public enum Form: Sendable {
    /// The bytes themselves.
    case bytes
    /// As text, with dots for what a terminal must not get.
    case text
    /// A dump for people.
    case hexadecimal
  }
}
