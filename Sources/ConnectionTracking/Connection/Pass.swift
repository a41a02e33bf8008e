import PacketDecoding

/// What is known of a segment only while it is being taken.
struct Pass: Sendable {
  /// The right edge of its sender's window, before and after; see ``Connection/windowEdge(of:_:)``.
  var edge: SequenceNumber?
  /// Its payload bytes that were new.
  var distinct = 0
  /// It acknowledged what is pending at its receiver.
  var acknowledgesPending = false
  /// It refuted something that was pending at its sender.
  var refutes = false
  /// What it refuted was a RST that was thought to have closed its sender.
  var refutesReset = false
  /// Its connection has become half-open by it.
  var opensHalf = false
  /// What it was; see ``PacketVerdict``.
  var verdict = PacketVerdict.Kind.carried
  /// It is not its sender's.
  var isForeign = false
  /// Its receiver drops it for its flags.
  var opensNothing = false
}
