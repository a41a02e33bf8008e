import ConnectionTracking
import PacketDecoding

/// One end of a connection towards the other: the key under which truth and inference meet.
struct EndPair: Hashable {
  var me: SocketAddress
  var you: SocketAddress

  var reversed: EndPair { EndPair(me: you, you: me) }
}

/// A recording's log and trace, sorted by who they are about.
struct History {
  /// One packet at the end's own host.
  struct Packet {
    var time: Int64
    var segment: SegmentSignature

    func has(_ flags: UInt16) -> Bool { segment.flags & flags != 0 }
  }

  private(set) var sent: [EndPair: [Packet]] = [:]
  private(set) var received: [EndPair: [Packet]] = [:]
  /// When each segment was first delivered to a side, and all that a side ever sent, in the hosts' own names.
  private var delivered: [Side: [SegmentSignature: Int64]] = [.a: [:], .b: [:]]
  private var sentBy: [Side: Set<SegmentSignature>] = [.a: [], .b: []]
  /// The kernel's transitions, in order.
  private(set) var transitions: [EndPair: [(time: Int64, from: TCPState, to: TCPState)]] = [:]
  /// When ICMP errors about its segments reached an end.
  private(set) var rejections: [EndPair: [Int64]] = [:]
  private let translations: [String: String]
  private let addressesOfA: Set<IPAddress>
  private let addresses: Set<IPAddress>

  init(_ recording: Recording) {
    addressesOfA = Set(recording.a.compactMap { IPAddress($0) })
    addresses = addressesOfA.union(recording.b.compactMap { IPAddress($0) })
    translations = recording.translations ?? [:]
    for packet in recording.log { add(packet) }
    for transition in recording.kernelTrace { add(transition) }
    for rejection in recording.rejections ?? [] {
      guard let me = SocketAddress(text: rejection.local), let you = SocketAddress(text: rejection.peer)
      else { continue }
      rejections[EndPair(me: me, you: you), default: []].append(rejection.t)
    }
  }

  /// When the segment was first delivered to a side; nil where it never was.
  func delivery(of segment: SegmentSignature, to side: Side) -> Int64? { delivered[side]?[inOwnName(segment)] }

  func wasSent(_ segment: SegmentSignature, by side: Side) -> Bool {
    sentBy[side, default: []].contains(inOwnName(segment))
  }

  /// Whether a router on the way gives one of the ends another name.
  func isTranslated(_ pair: EndPair) -> Bool {
    !translations.isEmpty
      && [pair.me, pair.you].contains { end in
        translations.contains { [$0.key, $0.value].contains(end.address.description) }
      }
  }

  private func inOwnName(_ segment: SegmentSignature) -> SegmentSignature {
    guard !translations.isEmpty else { return segment }
    var segment = segment
    segment.source = translations[segment.source] ?? segment.source
    segment.destination = translations[segment.destination] ?? segment.destination
    return segment
  }

  /// The host an end is on; forged sources count as B's, where nothing of theirs is found.
  func side(of end: SocketAddress) -> Side { addressesOfA.contains(end.address) ? .a : .b }

  func isHost(_ end: SocketAddress) -> Bool { addresses.contains(end.address) }

  private mutating func add(_ packet: LoggedPacket) {
    let segment = packet.segment
    guard let source = IPAddress(segment.source), let destination = IPAddress(segment.destination) else {
      return
    }
    let pair = EndPair(
      me: SocketAddress(address: source, port: segment.sourcePort),
      you: SocketAddress(address: destination, port: segment.destinationPort))
    let entry = Packet(time: packet.time, segment: segment)
    let named = inOwnName(segment)
    if packet.isSent {
      sentBy[packet.side]?.insert(named)
      if side(of: pair.me) == packet.side { sent[pair, default: []].append(entry) }
    } else {
      if delivered[packet.side]?[named] == nil { delivered[packet.side]?[named] = packet.time }
      if side(of: pair.you) == packet.side { received[pair.reversed, default: []].append(entry) }
    }
  }

  private mutating func add(_ transition: KernelTransition) {
    let isIPv6 = transition.family == "AF_INET6"
    guard transition.dport != "0", transition.sport != "0", transition.protocol == "IPPROTO_TCP",
      let me = IPAddress(isIPv6 ? transition.saddrv6 : transition.saddr), let port = UInt16(transition.sport),
      let you = IPAddress(isIPv6 ? transition.daddrv6 : transition.daddr), let peer = UInt16(transition.dport),
      let from = TCPState(kernel: transition.oldstate), let to = TCPState(kernel: transition.newstate)
    else { return }
    let pair = EndPair(me: SocketAddress(address: me, port: port), you: SocketAddress(address: you, port: peer))
    transitions[pair, default: []].append((transition.t, from, to))
  }
}
