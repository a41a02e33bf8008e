/// Texts that are put together once and appended over and over.
///
/// They lie one behind the other in one array: to append one asks for no other object, of which a report has thousands a
/// second to ask for.
struct PreparedTexts: Sendable {
  fileprivate var bytes: [UInt8] = []
  /// Where each text ends, after the 0 where the first begins.
  fileprivate var ends = [0]

  init(_ texts: [String] = []) { for text in texts { add(text) } }

  var count: Int { ends.count - 1 }

  mutating func add(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    ends.append(bytes.count)
  }
}

extension OutputBuffer {
  /// Appends the text that was added as number `index`, from 0; nothing where there is none.
  @inline(__always)
  mutating func append(_ index: Int, of texts: borrowing PreparedTexts) {
    guard index >= 0, index < texts.ends.count &- 1 else { return }
    append(texts.bytes.span.extracting(texts.ends[index]..<texts.ends[index &+ 1]))
  }
}

/// Texts that follow from a few values, where nearly every flow has the values of one met before.
///
/// As many are kept as there are places; another text at the same place takes it.
struct RecentTexts<Values: Equatable & Sendable>: Sendable {
  private var known: [Values?]
  private var texts: [[UInt8]]

  /// - Parameter bits: of the numbers of the places.
  init(bits: Int) {
    known = Array(repeating: nil, count: 1 << bits)
    texts = Array(repeating: [], count: 1 << bits)
  }

  /// Appends the text of `values`.
  ///
  /// - Parameters:
  ///   - mixed: a number made of the values.
  ///   - compose: makes the text where it is not kept.
  @inline(__always)
  mutating func append(
    _ values: Values, _ mixed: Int, into output: inout OutputBuffer, _ compose: (Values) -> String
  ) {
    let place = mixed & (known.count &- 1)
    if known[place] != values {
      known[place] = values
      texts[place] = Array(compose(values).utf8)
    }
    output.append(bytes: texts[place])
  }
}
