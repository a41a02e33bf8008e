import CPcap
public import PacketDecoding

extension LinkType {
  /// libpcap's name for the link layer, such as `EN10MB`; its number where libpcap has none.
  public var name: String {
    unsafe pcap_datalink_val_to_name(rawValue).map { unsafe String(cString: $0) } ?? "DLT \(rawValue)"
  }

  /// libpcap's words for the link layer, such as `Ethernet`.
  public var summary: String? {
    unsafe pcap_datalink_val_to_description(rawValue).map { unsafe String(cString: $0) }
  }
}

extension CaptureError {
  /// The error of a capture in which ``PacketDecoder`` cannot find TCP.
  static func unsupported(_ linkType: LinkType, in name: String) -> CaptureError {
    let words = linkType.summary.map { " (\($0))" } ?? ""
    return CaptureError(
      .unsupportedLinkType, "\(name): captured on link type \(linkType.name)\(words), in which TCP is not looked for")
  }
}
