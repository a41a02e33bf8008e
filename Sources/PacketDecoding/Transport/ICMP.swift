/// ICMP (RFC 792) and ICMPv6 (RFC 4443) errors, as far as they quote a TCP segment.
extension PacketDecoder {
  private static let headerLength = 8
  /// Of the quoted TCP header: the ports, and the sequence number after them.
  private static let portsLength = 4
  private static let sequenceLength = 8

  /// What the error says, beside the quote.
  private struct Report {
    var reporter: IPAddress
    var protocolNumber: UInt8
    var type, code: UInt8
    var nextHopMTU: UInt32?
  }

  func icmp(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> PacketKind {
    try descent.here.require(Self.headerLength, of: .icmp, in: bytes)
    var report = Report(
      reporter: descent.network.source, protocolNumber: IPProtocol.icmp, type: bytes[descent.here.offset],
      code: bytes[descent.here.offset + 1])
    switch report.type {
    case 3:
      let mtu = bytes.bigEndian16(at: descent.here.offset + 6)
      if report.code == 4, mtu > 0 { report.nextHopMTU = UInt32(mtu) }
    // Source quench, redirect, time exceeded, parameter problem.
    case 4, 5, 11, 12: break
    default: return .other(.notTCP(IPProtocol.icmp))
    }
    descent.here.offset += Self.headerLength
    return try quotedIPv4(report, bytes, &descent)
  }

  func icmpv6(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> PacketKind {
    try descent.here.require(Self.headerLength, of: .icmp, in: bytes)
    var report = Report(
      reporter: descent.network.source, protocolNumber: IPProtocol.icmpv6, type: bytes[descent.here.offset],
      code: bytes[descent.here.offset + 1])
    // Unreachable, too big, time exceeded, parameter problem.
    guard 1...4 ~= report.type else { return .other(.notTCP(IPProtocol.icmpv6)) }
    if report.type == 2 { report.nextHopMTU = bytes.bigEndian32(at: descent.here.offset + 4) }
    descent.here.offset += Self.headerLength
    return try quotedIPv6(report, bytes, &descent)
  }

  private func quotedIPv4(
    _ report: Report, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> PacketKind {
    let ip = try IPv4Header(decoding: bytes, at: descent.here)
    guard ip.protocolNumber == IPProtocol.tcp, ip.fragmentOffset == 0 else {
      return .other(.notTCP(report.protocolNumber))
    }
    descent.here.offset += ip.length
    return try quotedTCP(report, from: ip.source, to: ip.destination, bytes, &descent)
  }

  private func quotedIPv6(
    _ report: Report, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> PacketKind {
    var (ip, number) = try ipv6Header(bytes, &descent)
    while number != IPProtocol.tcp {
      switch number {
      case IPProtocol.hopByHop, IPProtocol.destinationOptions: number = try skipExtension(bytes, &descent)
      case IPProtocol.routing:
        if let final = try finalDestination(bytes, &descent) { ip.destination = final }
        number = try skipExtension(bytes, &descent)
      case IPProtocol.fragment:
        guard let next = try firstFragment(bytes, &descent) else { fallthrough }
        number = next
      default: return .other(.notTCP(report.protocolNumber))
      }
    }
    return try quotedTCP(report, from: ip.source, to: ip.destination, bytes, &descent)
  }

  private func quotedTCP(
    _ report: Report, from source: IPAddress, to destination: IPAddress, _ bytes: Span<UInt8>,
    _ descent: inout Descent
  ) throws(DecodeError) -> PacketKind {
    let start = descent.here.offset
    try descent.here.require(Self.portsLength, of: .tcp, in: bytes)
    let hasSequence = min(bytes.count, descent.here.wireEnd) - start >= Self.sequenceLength
    return .icmpError(
      ICMPError(
        time: descent.info.time, frame: descent.info.frame, reporter: report.reporter, type: report.type,
        code: report.code, source: SocketAddress(address: source, port: bytes.bigEndian16(at: start)),
        destination: SocketAddress(address: destination, port: bytes.bigEndian16(at: start + 2)),
        encapsulation: descent.encapsulation,
        sequence: hasSequence ? SequenceNumber(bytes.bigEndian32(at: start + 4)) : nil,
        nextHopMTU: report.nextHopMTU))
  }
}
