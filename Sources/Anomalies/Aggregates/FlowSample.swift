/// The first few flows that show something, by their numbers, whatever the order in which they ended.
struct FlowSample: Sendable, Equatable {
  static let most = 8

  /// In order.
  private(set) var numbers: [Int] = []

  init() {}

  init(_ numbers: [Int]) {
    for number in numbers { add(number) }
  }

  @inline(__always)
  mutating func add(_ number: Int) {
    if numbers.count == Self.most, number >= numbers[Self.most - 1] { return }
    insert(number)
  }

  @inline(never)
  private mutating func insert(_ number: Int) {
    let place = numbers.firstIndex { $0 >= number } ?? numbers.count
    if place < numbers.count, numbers[place] == number { return }
    numbers.insert(number, at: place)
    if numbers.count > Self.most { numbers.removeLast() }
  }

  mutating func merge(_ other: FlowSample) {
    for number in other.numbers { add(number) }
  }
}
