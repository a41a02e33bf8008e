/// A position in one direction's byte stream, modulo 2³² (RFC 9293 §3.4).
///
/// Positions and lengths are different types: the difference of two positions is an `Int32`, a position moves by a
/// length, and comparison is the circular one of RFC 9293. There is no `Comparable` conformance, because the order
/// of three positions around the circle is not transitive.
public struct SequenceNumber: Sendable, Hashable {
  public var rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The position `length` further on.
  @inlinable
  public static func + (position: SequenceNumber, length: Int) -> SequenceNumber {
    SequenceNumber(position.rawValue &+ UInt32(truncatingIfNeeded: length))
  }

  /// The position `length` earlier.
  @inlinable
  public static func - (position: SequenceNumber, length: Int) -> SequenceNumber {
    SequenceNumber(position.rawValue &- UInt32(truncatingIfNeeded: length))
  }

  /// How far `self` is beyond `other`: negative when it lies before.
  @inlinable
  public func distance(from other: SequenceNumber) -> Int {
    Int(Int32(bitPattern: rawValue &- other.rawValue))
  }

  @inlinable
  public static func < (left: SequenceNumber, right: SequenceNumber) -> Bool { left.distance(from: right) < 0 }
  @inlinable
  public static func <= (left: SequenceNumber, right: SequenceNumber) -> Bool { left.distance(from: right) <= 0 }
  @inlinable
  public static func > (left: SequenceNumber, right: SequenceNumber) -> Bool { left.distance(from: right) > 0 }
  @inlinable
  public static func >= (left: SequenceNumber, right: SequenceNumber) -> Bool { left.distance(from: right) >= 0 }
}
