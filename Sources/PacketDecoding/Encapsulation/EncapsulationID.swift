/// The number of an ``Encapsulation`` in the decoder that made the segment; 0 is no encapsulation.
public struct EncapsulationID: Sendable, Hashable {
  public var rawValue: UInt16

  @inlinable
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// Straight on the link: no tag, no tunnel.
  @inlinable public static var none: EncapsulationID { EncapsulationID(0) }
  /// Some encapsulation that came after ``DecoderLimits/encapsulations`` others and got no number of its own.
  @inlinable public static var unnumbered: EncapsulationID { EncapsulationID(.max) }
}
