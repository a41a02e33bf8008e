/// What a RST looks like and where it stands: the evidence for who sent it and why.
public struct ResetShape: Sendable, Equatable {
  public var traits: Traits = []
  /// What it answers: the peer's last segment, where nothing of the sender came after it.
  public var answers: Answered = .nothing
  /// Its sequence number against what its receiver awaits.
  public var position: Position = .unknown
  /// Its TTL minus that of the sender's other packets; 0 where there are none.
  public var timeToLiveDifference: Int16 = 0
  /// Its window and the last one its sender advertised, as they stood in the header.
  public var window: UInt16 = 0
  public var lastWindow: UInt16 = 0
  /// Keepalive probes of the sender that had no answer when it came.
  public var unansweredProbes: UInt8 = 0

  public init() {}

  public struct Traits: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let hasACK = Traits(rawValue: 1 << 0)
    public static let zeroWindow = Traits(rawValue: 1 << 1)
    public static let hasPayload = Traits(rawValue: 1 << 2)
    /// IPv4 identification 0: a socketless answer on Linux.
    public static let zeroIdentification = Traits(rawValue: 1 << 3)
    /// Its IPv4 identification continues the counter of its sender's last packets: the socket itself sent it.
    public static let continuesIdentification = Traits(rawValue: 1 << 4)
    /// Its receiver takes it (RFC 9293 §3.10.7.4, RFC 5961 §3.2).
    public static let accepted = Traits(rawValue: 1 << 5)
    /// It acknowledges everything the peer had sent.
    public static let acknowledgesAll = Traits(rawValue: 1 << 6)
    public static let zeroSequence = Traits(rawValue: 1 << 7)
    /// A segment before it in this flow had been reset by the same end.
    public static let repeated = Traits(rawValue: 1 << 8)
    /// Sender's other packets are known, so that identification and TTL say something.
    public static let hasPredecessor = Traits(rawValue: 1 << 9)
    /// The sender had sent a FIN.
    public static let afterOwnFIN = Traits(rawValue: 1 << 10)
    /// The peer had sent a FIN.
    public static let afterPeerFIN = Traits(rawValue: 1 << 11)
    /// Its sequence is what the peer last acknowledged: the mark of an answer without a socket.
    public static let echoesAcknowledgment = Traits(rawValue: 1 << 12)
    /// The segment it answers was one that had passed before.
    public static let sameSequenceAsBefore = Traits(rawValue: 1 << 13)
    /// Timestamps were agreed on and it has none.
    public static let lacksTimestamp = Traits(rawValue: 1 << 14)
    /// Its TTL and identification carry on from its sender's last packets, or its TTL and window where that host has no
    /// identifications that tell anything: the host itself sent it.
    public static let carriesOn = Traits(rawValue: 1 << 15)
  }

  public enum Answered: UInt8, Sendable, Hashable, CaseIterable {
    /// The sender had the last word.
    case nothing
    case syn, synACK, ack, data, fin
  }

  public enum Position: UInt8, Sendable, Hashable, CaseIterable {
    case unknown
    /// At RCV.NXT.
    case exact
    case inWindow
    case outsideWindow
  }
}
