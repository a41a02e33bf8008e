import PacketDecoding

/// One direction's sequence numbers, as the tap saw them go by (RFC 9293 §3.4; the sender's SND.* variables).
///
/// What the peer has received for certain is ``acknowledged``; what it would have received had nothing been lost
/// behind the tap is ``contiguous``.
struct SequenceSpace: Sendable, Equatable {
  /// After the highest byte, SYN or FIN that passed: SND.NXT.
  var next = SequenceNumber(0)
  /// Everything before it passed the tap, or was acknowledged: what the receiver's RCV.NXT can be at most.
  var contiguous = SequenceNumber(0)
  /// The highest acknowledgment by the peer: SND.UNA.
  var acknowledged = SequenceNumber(0)
  private var initialValue = SequenceNumber(0)
  private var finEndValue = SequenceNumber(0)
  private var hasInitial = false
  private var hasFIN = false
  /// False until a segment of this direction has passed.
  var isKnown = false
  /// False until the peer has acknowledged something.
  var isAcknowledged = false
  /// True while bytes beyond ``contiguous`` have passed.
  var hasHoles = false

  /// The ISN, where a SYN showed it.
  var initial: SequenceNumber? {
    get { hasInitial ? initialValue : nil }
    set {
      hasInitial = newValue != nil
      initialValue = newValue ?? SequenceNumber(0)
    }
  }

  /// After the FIN, where one passed.
  var finEnd: SequenceNumber? {
    get { hasFIN ? finEndValue : nil }
    set {
      hasFIN = newValue != nil
      finEndValue = newValue ?? SequenceNumber(0)
    }
  }

  /// Begins with the first segment of this direction that passed.
  mutating func begin(at segment: Segment) {
    isKnown = true
    next = segment.sequence
    contiguous = segment.sequence
    if !isAcknowledged { acknowledged = segment.sequence }
    if segment.flags.contains(.syn) { initial = segment.sequence }
  }

  /// Bytes in flight as the tap sees them.
  var outstanding: Int { isKnown && isAcknowledged ? max(0, next.distance(from: acknowledged)) : 0 }

  /// True where `acknowledgment` covers the SYN.
  func synIsCovered(by acknowledgment: SequenceNumber?) -> Bool {
    guard let acknowledgment, let initial else { return false }
    return acknowledgment > initial
  }

  /// True where `acknowledgment` covers the SYN and data after it.
  func synDataIsCovered(by acknowledgment: SequenceNumber?) -> Bool {
    guard let acknowledgment, let initial else { return false }
    return acknowledgment > initial + 1
  }

  /// True where `acknowledgment` ≥ the FIN's sequence number + 1.
  func finIsCovered(by acknowledgment: SequenceNumber?) -> Bool {
    guard let acknowledgment, let finEnd else { return false }
    return acknowledgment >= finEnd
  }
}
