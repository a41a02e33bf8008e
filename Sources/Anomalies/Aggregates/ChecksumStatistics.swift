public import ConnectionTracking
public import PacketDecoding

/// What the checksums of a capture say of each host, as far as they were verified.
///
/// A receiver drops a segment whose checksum is wrong. A capture taken on the sending host may hold nothing but wrong
/// ones all the same: its network card computes them behind the tap. So a wrong checksum counts only against a host
/// that has sent a good one before.
public struct ChecksumStatistics: Sendable, Equatable {
  /// Hosts told apart; the wrong checksums of all others count as good.
  public static let maximumHosts = 65_536

  /// The segments of one host.
  public struct Host: Sendable, Equatable {
    public private(set) var valid = 0
    public private(set) var wrong = 0
    public private(set) var offloaded = 0
    public private(set) var firstWrong: PacketStamp?
    public private(set) var firstOffloaded: PacketStamp?

    /// Whether the host leaves checksums to its network card: not one of several was good.
    public var isOffloading: Bool { valid == 0 && (offloaded > 0 || wrong > 2) }

    public var segments: Int { valid + wrong + offloaded }

    fileprivate mutating func count(_ segment: Segment) {
      let moment = PacketStamp(time: segment.time, frame: segment.frame)
      switch segment.checksum {
      case .unverified: break
      case .valid: valid += 1
      case .invalid:
        wrong += 1
        PacketStamp.keepEarliest(&firstWrong, moment)
      case .offloaded:
        offloaded += 1
        PacketStamp.keepEarliest(&firstOffloaded, moment)
      }
    }

    fileprivate mutating func merge(_ other: Host) {
      valid += other.valid
      wrong += other.wrong
      offloaded += other.offloaded
      PacketStamp.keepEarliest(&firstWrong, other.firstWrong)
      PacketStamp.keepEarliest(&firstOffloaded, other.firstOffloaded)
    }
  }

  private var byAddress: [IPAddress: Host] = [:]
  /// Segments with a wrong checksum that their receivers dropped, and that count for nothing here either.
  public private(set) var dropped = 0
  /// Segments without a good checksum, of hosts that found no room.
  private(set) var omitted = 0

  public init() {}

  /// Takes in a segment, and lets its wrong checksum count as good where its sender has had no good one yet.
  public mutating func judge(_ segment: inout Segment) {
    let sender = segment.source.address
    guard byAddress.count < Self.maximumHosts || byAddress[sender] != nil else {
      if segment.checksum == .invalid || segment.checksum == .offloaded { omitted += 1 }
      if segment.checksum == .invalid { segment.checksum = .offloaded }
      return
    }
    byAddress[sender, default: Host()].count(segment)
    guard segment.checksum == .invalid else { return }
    if byAddress[sender]?.valid == 0 {
      segment.checksum = .offloaded
    } else {
      dropped += 1
    }
  }

  /// Takes in what was judged elsewhere.
  public mutating func merge(_ other: ChecksumStatistics) {
    dropped += other.dropped
    omitted += other.omitted
    // By address, for a dictionary's own order is another in each process, and there may not be room for all.
    for (address, host) in other.byAddress.sorted(by: { $0.key < $1.key }) {
      if byAddress.count < Self.maximumHosts || byAddress[address] != nil {
        byAddress[address, default: Host()].merge(host)
      } else {
        omitted += host.wrong + host.offloaded
      }
    }
  }

  /// The hosts that leave checksums to their network cards, by address.
  public var offloading: [(address: IPAddress, host: Host)] {
    byAddress.filter { $0.value.isOffloading }.map { ($0.key, $0.value) }.sorted { $0.address < $1.address }
  }

  /// The wrong checksums of all other hosts together: how many, of how many segments, and the first.
  public var damage: (wrong: Int, segments: Int, first: PacketStamp?) {
    var damage: (wrong: Int, segments: Int, first: PacketStamp?) = (0, 0, nil)
    for host in byAddress.values where !host.isOffloading {
      damage.segments += host.segments
      guard let first = host.firstWrong else { continue }
      damage.wrong += host.wrong
      PacketStamp.keepEarliest(&damage.first, first)
    }
    return damage
  }
}
