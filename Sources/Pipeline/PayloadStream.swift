public import ConnectionTracking
public import Reporting

/// Writes the payload of one flow as the tracker puts it in order.
public struct PayloadStream: ~Copyable {
  /// True once the flow has ended and nothing of it can follow.
  public private(set) var isComplete = false
  private let flow: Int
  private let from: EndpointRole?
  private var dumps: Sides<HexDump>?
  private var output: OutputBuffer
  private let warn: (String) -> Void
  /// The highest number of a flow that began.
  private var flows = 0

  /// - Parameters:
  ///   - from: one direction alone; nil for both.
  ///   - isHexadecimal: a dump for people instead of the bytes themselves.
  ///   - warn: is told of bytes that are missing.
  public init(
    flow: Int, from: EndpointRole?, isHexadecimal: Bool, to output: consuming OutputBuffer,
    warn: @escaping (String) -> Void
  ) {
    self.warn = warn
    self.flow = flow
    self.from = from
    self.output = output
    dumps = isHexadecimal ? Sides(client: HexDump(mark: ">"), server: HexDump(mark: "<")) : nil
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
    case .bytes(let bytes): write(bytes, from: step.from)
    case .gap(let length, let acknowledged):
      dumps?[step.from].skip(length)
      let reason = acknowledged ? "acknowledged but never captured" : "lost and never sent again"
      warn("\(length) bytes of the \(step.from.word) are missing before frame \(step.frame): \(reason).")
    case .end: break
    }
  }

  private mutating func write(_ bytes: [UInt8], from role: EndpointRole) {
    guard dumps != nil else { return output.append(bytes: bytes) }
    dumps?[role].write(bytes, into: &output)
  }

  /// Writes what waits.
  ///
  /// - Returns: how many flows there were.
  public consuming func finish() throws -> Int {
    output.flush()
    if let failure = output.failure { throw failure }
    return flows
  }
}
