import ConnectionTracking
import TestSupport
import Testing

/// What waits behind a hole, held against one entry a byte.
struct WaitingPiecesTests {
  private static let length = 3000

  enum Order: CaseIterable, Sendable { case ascending, descending, random }

  @Test(arguments: UInt64(0)..<60)
  func agreesWithAListOfBytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var pieces = WaitingPieces()
    var bytes = [UInt8?](repeating: nil, count: Self.length)
    let longest = [3, 30, 900][Int(seed % 3)]
    var front = 0
    for step in 0..<600 {
      let start = Int.random(in: front..<Self.length, using: &random)
      let range = start..<min(Self.length, start + Int.random(in: 1...longest, using: &random))
      let byte = UInt8(truncatingIfNeeded: step)
      pieces.fill(range) { Array(repeating: byte, count: $0.count) }
      for index in range where bytes[index] == nil { bytes[index] = byte }
      if Int.random(in: 0..<10, using: &random) == 0, let first = pieces.popFirst() {
        #expect(first.bytes == Array(bytes[first.start..<first.end]))
        #expect(bytes[front..<first.start].allSatisfy { $0 == nil })
        front = first.end
        if front > Self.length - 100 { break }
      }
    }
    expect(pieces, from: front, bytes)
  }

  private func expect(_ pieces: WaitingPieces, from front: Int, _ bytes: [UInt8?]) {
    var (pieces, position, popped) = (pieces, front, 0)
    let count = pieces.count
    while let first = pieces.popFirst() {
      popped += 1
      #expect(first.start >= position && first.end > first.start)
      #expect(bytes[position..<first.start].allSatisfy { $0 == nil })
      #expect(first.bytes == Array(bytes[first.start..<first.end]))
      position = first.end
    }
    #expect(bytes[position...].allSatisfy { $0 == nil })
    #expect(popped == count)
    #expect(pieces.count == 0 && pieces.charge == 0)
  }

  /// Far more than one run holds.
  @Test(arguments: Order.allCases)
  func everyPieceIsChargedWithItsOverhead(order: Order) {
    var random = SeededGenerator(seed: 7)
    var starts = (0..<2000).map { 2 * $0 }
    if order == .descending { starts.reverse() }
    if order == .random { starts.shuffle(using: &random) }
    var pieces = WaitingPieces()
    for start in starts { pieces.fill(start..<start + 1) { _ in [UInt8(truncatingIfNeeded: start)] } }
    #expect(pieces.count == 2000)
    #expect(pieces.charge == 2000 * (1 + WaitingPieces.overhead))
    for start in 0..<2000 { #expect(pieces.popFirst()?.start == 2 * start) }
    #expect(pieces.popFirst() == nil)
    #expect(pieces.charge == 0)
  }

  @Test func whatIsThereAlreadyCostsNothing() {
    var pieces = WaitingPieces()
    pieces.fill(10..<20) { Array(repeating: 1, count: $0.count) }
    let charge = pieces.charge
    pieces.fill(12..<18) { Array(repeating: 2, count: $0.count) }
    pieces.fill(10..<20) { Array(repeating: 3, count: $0.count) }
    pieces.fill(15..<15) { Array(repeating: 4, count: $0.count) }
    #expect(pieces.charge == charge)
    #expect(pieces.first?.start == 10)
    #expect(pieces.first?.bytes == Array(repeating: 1, count: 10))
  }
}
