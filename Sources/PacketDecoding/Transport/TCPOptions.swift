/// The options of one TCP header, as a plain value (RFC 9293 §3.2 and the RFCs named below).
///
/// Values are kept as they came: a window scale of 200 stays 200, and a SACK permitted in a data segment stays there.
public struct TCPOptions: Sendable, Equatable {
  /// Which options the header held.
  public struct Kinds: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Kind 2.
    @inlinable public static var maximumSegmentSize: Kinds { Kinds(rawValue: 1 << 0) }
    /// Kind 3 (RFC 7323 §2).
    @inlinable public static var windowScale: Kinds { Kinds(rawValue: 1 << 1) }
    /// Kind 4 (RFC 2018 §2).
    @inlinable public static var sackPermitted: Kinds { Kinds(rawValue: 1 << 2) }
    /// Kind 5 (RFC 2018 §3).
    @inlinable public static var sack: Kinds { Kinds(rawValue: 1 << 3) }
    /// Kind 8 (RFC 7323 §3).
    @inlinable public static var timestamps: Kinds { Kinds(rawValue: 1 << 4) }
    /// Kind 34, or kinds 253 and 254 with the magic 0xF989 (RFC 7413 §4.1).
    @inlinable public static var fastOpen: Kinds { Kinds(rawValue: 1 << 5) }
    /// Kind 30 (RFC 8684 §3).
    @inlinable public static var multipath: Kinds { Kinds(rawValue: 1 << 6) }
    /// A kind this decoder skips.
    @inlinable public static var unknown: Kinds { Kinds(rawValue: 1 << 7) }
    /// An option whose length cannot be that of its kind: it is not read. Where the length leads out of the header,
    /// the walk stops there, and what came before is kept.
    @inlinable public static var malformed: Kinds { Kinds(rawValue: 1 << 8) }
    /// The snap length cut the options: what came before is kept.
    @inlinable public static var truncated: Kinds { Kinds(rawValue: 1 << 9) }
  }

  public var kinds: Kinds = []
  /// Bytes the sender is ready to receive in one segment; meaningful with ``Kinds/maximumSegmentSize``.
  public var maximumSegmentSize: UInt16 = 0
  /// The shift count of the window; meaningful with ``Kinds/windowScale``. RFC 7323 allows 14 at most.
  public var windowScale: UInt8 = 0
  /// Length of the fast open cookie in bytes; 0 asks for one. Meaningful with ``Kinds/fastOpen``.
  public var fastOpenCookieLength: UInt8 = 0
  /// The kind of the first option that was ``Kinds/malformed`` and its offset in the options.
  public var malformedKind: UInt8 = 0
  public var malformedOffset: UInt8 = 0
  /// TSval; meaningful with ``Kinds/timestamps``.
  public var timestampValue: UInt32 = 0
  /// TSecr; meaningful with ``Kinds/timestamps`` in a segment with ACK.
  public var timestampEcho: UInt32 = 0
  public var sackBlocks = SACKBlocks()

  public init() {}
}
