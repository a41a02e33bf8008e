/// The encapsulations met so far, numbered from 1 in the order they came.
///
/// A tree: each number stands for one layer inside the encapsulation of a smaller number, so that going one layer
/// deeper is one look-up whatever the depth. Packets on one trunk mostly come in the same few encapsulations, hence
/// the small memory of the last one at each depth.
public struct EncapsulationTable: Sendable {
  private struct Entry: Hashable {
    var parent: EncapsulationID
    var layer: Encapsulation.Layer
  }

  private let limit: Int
  private var entries: [Entry] = []
  private var numbers: [Entry: EncapsulationID] = [:]
  private var latest: [4 of EncapsulationID] = .init(repeating: .none)
  /// How often an encapsulation got no number.
  private(set) var refused = 0

  /// How many have a number.
  public var count: Int { entries.count }

  init(limit: Int) { self.limit = min(limit, Int(UInt32.max) - 1) }

  /// The number of `layer` inside `parent`.
  mutating func number(_ layer: Encapsulation.Layer, inside parent: EncapsulationID, depth: Int) -> EncapsulationID {
    let entry = Entry(parent: parent, layer: layer)
    let place = depth & 3
    if let index = index(of: latest[place]), entries[index] == entry { return latest[place] }
    let number = numbers[entry] ?? add(entry)
    latest[place] = number
    return number
  }

  /// The layers that `id` stands for, outermost first; nil for ``EncapsulationID/none``,
  /// ``EncapsulationID/unnumbered`` and the numbers of another decoder.
  public subscript(id: EncapsulationID) -> Encapsulation? {
    var layers: [Encapsulation.Layer] = []
    var next = id
    while let index = index(of: next) {
      layers.append(entries[index].layer)
      next = entries[index].parent
    }
    return layers.isEmpty ? nil : Encapsulation(layers: layers.reversed())
  }

  private mutating func add(_ entry: Entry) -> EncapsulationID {
    guard entries.count < limit, entry.parent != .unnumbered else {
      refused += 1
      return .unnumbered
    }
    entries.append(entry)
    let number = EncapsulationID(UInt32(entries.count))
    numbers[entry] = number
    return number
  }

  private func index(of id: EncapsulationID) -> Int? {
    id != .none && Int(id.rawValue) <= entries.count ? Int(id.rawValue) - 1 : nil
  }
}
