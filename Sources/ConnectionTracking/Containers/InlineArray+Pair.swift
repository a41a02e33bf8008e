extension InlineArray where Element: ~Copyable {
  /// Lends two elements of a pair at once: the one at `side`, and the other. Each is reached by one address, where a
  /// subscript would find it anew for every member.
  @inline(__always)
  mutating func withPair<Result>(
    _ side: Int, _ body: (_ one: inout Element, _ other: inout Element) -> Result
  ) -> Result {
    precondition(count == 2)
    var span = mutableSpan
    return unsafe span.withUnsafeMutableBufferPointer { pair in
      unsafe body(&pair[side & 1], &pair[(side & 1) ^ 1])
    }
  }
}
