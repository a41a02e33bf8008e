/// The encapsulations met so far, numbered from 1 in the order they came.
///
/// A tree: each number stands for one layer inside the encapsulation of a smaller number. In pages, so that a table of
/// which there are copies grows by copying one page, not the whole.
public struct EncapsulationTable: Sendable {
  struct Entry: Hashable {
    var parent: EncapsulationID
    var layer: Encapsulation.Layer
  }

  private static let pageLength = 256

  /// All full but the last.
  private var pages: [[Entry]] = []
  /// How many have a number.
  public private(set) var count = 0

  /// The layers that `id` stands for, outermost first; nil for ``EncapsulationID/none``,
  /// ``EncapsulationID/unnumbered`` and the numbers of another decoder.
  public subscript(id: EncapsulationID) -> Encapsulation? {
    var layers: [Encapsulation.Layer] = []
    var next = id
    while let entry = entry(of: next) {
      layers.append(entry.layer)
      next = entry.parent
    }
    return layers.isEmpty ? nil : Encapsulation(layers: layers.reversed())
  }

  mutating func add(_ entry: Entry) -> EncapsulationID {
    if count % Self.pageLength == 0 { pages.append([]) }
    pages[pages.count - 1].append(entry)
    count += 1
    return EncapsulationID(UInt16(truncatingIfNeeded: count))
  }

  private func entry(of id: EncapsulationID) -> Entry? {
    guard id != .none, Int(id.rawValue) <= count else { return nil }
    let index = Int(id.rawValue) - 1
    return pages[index / Self.pageLength][index % Self.pageLength]
  }
}
