package import Anomalies

/// Whether text may carry the colours of a terminal (ECMA-48 SGR), and which means what.
public struct TextStyle: Sendable, Equatable {
  public var usesColour: Bool

  public init(usesColour: Bool) { self.usesColour = usesColour }

  public static let plain = TextStyle(usesColour: false)

  /// What a piece of text is, so that one place decides how it looks.
  package enum Role: Sendable, Equatable {
    case heading, changed, presumed, refuted, faint, plain
    case severity(Severity)

    /// The SGR sequence that begins it.
    var sequence: String {
      switch self {
      case .heading: "\u{1B}[1m"
      case .changed: "\u{1B}[1;32m"
      case .presumed: "\u{1B}[33m"
      case .refuted: "\u{1B}[31m"
      case .faint: "\u{1B}[2m"
      case .severity(.error): "\u{1B}[1;31m"
      case .severity(.warning): "\u{1B}[33m"
      case .severity(.notice): "\u{1B}[36m"
      case .severity(.info), .plain: ""
      }
    }
  }

  /// Writes what `body` writes in the look of `role`.
  package func write(
    _ role: Role, into output: inout OutputBuffer, _ body: (inout OutputBuffer) -> Void
  ) {
    let isColoured = usesColour && !role.sequence.isEmpty
    if isColoured { output.append(role.sequence) }
    body(&output)
    if isColoured { output.append("\u{1B}[0m") }
  }
}
