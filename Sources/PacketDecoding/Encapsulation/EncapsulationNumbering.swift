/// Gives encapsulations their numbers: going one layer deeper is one look-up, whatever the depth.
///
/// Packets on one trunk mostly come in the same few encapsulations, hence the small memory of the last one at each depth.
struct EncapsulationNumbering: Sendable {
  private struct Numbered {
    var entry: EncapsulationTable.Entry
    var number: EncapsulationID
  }

  private(set) var table = EncapsulationTable()
  /// How often an encapsulation got no number.
  private(set) var refused = 0
  private let limit: Int
  private var numbers: [EncapsulationTable.Entry: EncapsulationID] = [:]
  private var latest: [4 of Numbered?] = .init(repeating: nil)

  init(limit: Int) { self.limit = min(limit, Int(UInt16.max) - 1) }

  /// The number of `layer` inside `parent`.
  mutating func number(_ layer: Encapsulation.Layer, inside parent: EncapsulationID, depth: Int) -> EncapsulationID {
    let entry = EncapsulationTable.Entry(parent: parent, layer: layer)
    let place = depth & 3
    if let last = latest[place], last.entry == entry { return last.number }
    guard let number = numbers[entry] ?? add(entry) else {
      refused += 1
      return .unnumbered
    }
    latest[place] = Numbered(entry: entry, number: number)
    return number
  }

  /// - Returns: nil where there is no number left.
  private mutating func add(_ entry: EncapsulationTable.Entry) -> EncapsulationID? {
    guard table.count < limit, entry.parent != .unnumbered else { return nil }
    let number = table.add(entry)
    numbers[entry] = number
    return number
  }
}
