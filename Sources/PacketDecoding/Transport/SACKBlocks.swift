/// One block of received bytes that lie beyond the acknowledgment (RFC 2018 §3): `left` is its first byte, `right`
/// the byte after its last.
public struct SACKBlock: Sendable, Hashable {
  public var left: SequenceNumber
  public var right: SequenceNumber

  public init(left: SequenceNumber, right: SequenceNumber) {
    self.left = left
    self.right = right
  }
}

/// The SACK blocks of one segment, in the order they came: four at most fit in 40 bytes of options.
public struct SACKBlocks: Sendable, Equatable {
  @usableFromInline
  var storage: [4 of SACKBlock] = .init(repeating: SACKBlock(left: .init(0), right: .init(0)))
  @usableFromInline
  var used: UInt8 = 0

  public init() {}

  @inlinable
  public var count: Int { Int(used) }

  @inlinable
  public var isEmpty: Bool { used == 0 }

  /// The block at `index`, or nil beyond the last.
  @inlinable
  public subscript(index: Int) -> SACKBlock? { index >= 0 && index < count ? storage[index] : nil }

  /// Keeps `block`; false when four are there already.
  public mutating func append(_ block: SACKBlock) -> Bool {
    guard used < 4 else { return false }
    storage[count] = block
    used += 1
    return true
  }

  @inlinable
  public mutating func removeAll() { used = 0 }

  public static func == (left: SACKBlocks, right: SACKBlocks) -> Bool {
    guard left.count == right.count else { return false }
    return (0..<left.count).allSatisfy { left[$0] == right[$0] }
  }
}
