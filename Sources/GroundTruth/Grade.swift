/// How far an inference agrees with the kernel.
public struct Grade: Sendable {
  /// One end at one checkpoint whose state was not simply right.
  public struct Case: Sendable, CustomStringConvertible {
    public var scenario: String
    public var tap: Tap
    public var checkpoint: String
    /// What was judged, in one line.
    public var finding: String

    public var description: String { "\(scenario) at \(tap), \(checkpoint): \(finding)" }
  }

  /// The kernel's state.
  public var exact = 0
  /// An earlier state was right, and every newer one was called presumed, or the work of a timer, at that moment.
  public var hedged: [Case] = []
  public var wrong: [Case] = []
  /// What decides it never passed the tap.
  public var hidden = 0
  /// Ends whose order of transitions was compared, and those where it differs from the kernel's.
  public var orders = 0
  public var ordersOff: [Case] = []

  public init() {}

  public var judged: Int { exact + hedged.count + wrong.count }

  public static func += (left: inout Grade, right: Grade) {
    left.exact += right.exact
    left.hedged += right.hedged
    left.wrong += right.wrong
    left.hidden += right.hidden
    left.orders += right.orders
    left.ordersOff += right.ordersOff
  }
}
