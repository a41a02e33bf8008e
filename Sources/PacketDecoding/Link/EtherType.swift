/// The EtherTypes this decoder acts on (IEEE 802 numbers, as the field stands on the wire).
@usableFromInline
enum EtherType {
  @inlinable static var ipv4: UInt16 { 0x0800 }
  @inlinable static var ipv6: UInt16 { 0x86DD }
  /// 802.1Q.
  static let vlan: UInt16 = 0x8100
  /// 802.1ad, the outer tag.
  static let serviceVLAN: UInt16 = 0x88A8
  static let mplsUnicast: UInt16 = 0x8847
  static let mplsMulticast: UInt16 = 0x8848
  static let pppoeSession: UInt16 = 0x8864
  /// A virtual interface tag (VN-Tag) between a switch and a host adapter.
  static let interfaceTag: UInt16 = 0x8926
  static let macsec: UInt16 = 0x88E5
  /// 802.1ah, Ethernet in Ethernet.
  static let providerBackbone: UInt16 = 0x88E7
  /// Cisco's metadata header (CMD) with a security group tag.
  static let ciscoMetadata: UInt16 = 0x8909
  /// Ethernet inside another protocol.
  static let transparentBridging: UInt16 = 0x6558
  /// Below it the field is the length of an 802.3 frame.
  static let smallest: UInt16 = 0x0600
}
