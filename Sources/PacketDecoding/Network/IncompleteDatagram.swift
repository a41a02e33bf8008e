/// The fragments of one datagram that have come so far.
struct IncompleteDatagram: Sendable {
  /// One fragment: what it covers of the datagram, and where its captured bytes lie in ``bytes``.
  private struct Piece {
    private var start, end, keptStart, keptEnd: UInt16

    /// A datagram has no offset above 65 535, and keeps no byte twice.
    init(wire: Range<Int>, kept: Range<Int>) {
      start = UInt16(clamping: wire.lowerBound)
      end = UInt16(clamping: wire.upperBound)
      keptStart = UInt16(clamping: kept.lowerBound)
      keptEnd = UInt16(clamping: kept.upperBound)
    }

    var wire: Range<Int> { Int(start)..<Int(end) }
    var kept: Range<Int> { Int(keptStart)..<Int(keptEnd) }
  }

  private static let largest = 65_535
  /// Linux's `ipfrag_time` and `ip6frag_time`, counted from the first fragment that comes.
  private static let lifetimeIPv4: Int64 = 30_000_000_000
  private static let lifetimeIPv6: Int64 = 60_000_000_000

  let key: FragmentKey
  /// Counts datagrams in the order they began.
  let number: UInt64
  private let begin: Timestamp
  private var bytes: [UInt8] = []
  /// In the order of the datagram, none overlapping another.
  private var pieces: [Piece] = []
  private var coveredLength = 0
  /// Known once the last fragment has come.
  private var totalLength: Int?
  private var nextHeader: UInt8 = 0
  private var timeToLive: UInt8 = 0

  init(key: FragmentKey, begin: Timestamp, number: UInt64) {
    self.key = key
    self.number = number
    self.begin = begin
  }

  /// What it takes, as the limit counts it: the bytes captured, and what is noted of each fragment, for a capture may
  /// have nothing of a fragment but its header.
  var keptBytes: Int { bytes.count + pieces.count * MemoryLayout<Piece>.stride }

  func isExpired(at time: Timestamp) -> Bool {
    time.nanoseconds(since: begin) > (key.source.isIPv6 ? Self.lifetimeIPv6 : Self.lifetimeIPv4)
  }

  /// Takes one fragment.
  ///
  /// - Returns: false when it contradicts what is there: the whole datagram is to be given up.
  mutating func insert(
    _ captured: Span<UInt8>, wireLength: Int, at place: FragmentPlace, timeToLive: UInt8
  ) -> Bool {
    // A fragment that is not the last one fills whole units of 8 bytes; a receiver ignores the odd rest.
    let length = place.hasMore ? wireLength & ~7 : wireLength
    let wire = place.offset..<place.offset + max(0, length)
    guard !wire.isEmpty, fits(wire, isLast: !place.hasMore) else { return false }
    let index = firstPiece(endingAfter: wire.lowerBound)
    if index < pieces.count, pieces[index].wire.overlaps(wire) { return isRepeated(wire, from: index) }
    pieces.insert(Piece(wire: wire, kept: keep(captured, length)), at: index)
    coveredLength += wire.count
    if wire.lowerBound == 0 {
      nextHeader = place.nextHeader
      self.timeToLive = timeToLive
    }
    return true
  }

  /// The whole datagram; nil while something is missing.
  var assembled: FragmentTable.Datagram? {
    guard let totalLength, coveredLength == totalLength else { return nil }
    var whole: [UInt8] = []
    whole.reserveCapacity(bytes.count)
    for piece in pieces {
      whole.append(contentsOf: bytes[piece.kept])
      if piece.kept.count < piece.wire.count { break }
    }
    return FragmentTable.Datagram(
      bytes: whole, wireLength: totalLength, nextHeader: nextHeader, timeToLive: timeToLive)
  }

  private func firstPiece(endingAfter offset: Int) -> Int {
    var range = pieces.startIndex..<pieces.endIndex
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = pieces[middle].wire.upperBound > offset ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
  }

  /// Whether `wire` lies within the datagram, as far as its end is known; a last fragment fixes the end.
  private mutating func fits(_ wire: Range<Int>, isLast: Bool) -> Bool {
    guard wire.upperBound <= Self.largest else { return false }
    if let totalLength { return isLast ? wire.upperBound == totalLength : wire.upperBound <= totalLength }
    guard isLast else { return true }
    totalLength = wire.upperBound
    return wire.upperBound >= pieces.last?.wire.upperBound ?? 0
  }

  /// Whether all of `wire` came before, in fragments without a hole from `index` on.
  private func isRepeated(_ wire: Range<Int>, from index: Int) -> Bool {
    var covered = wire.lowerBound
    for piece in pieces[index...] {
      guard piece.wire.lowerBound <= covered else { return false }
      covered = piece.wire.upperBound
      if covered >= wire.upperBound { return true }
    }
    return false
  }

  private mutating func keep(_ captured: Span<UInt8>, _ length: Int) -> Range<Int> {
    let start = bytes.count
    for index in 0..<min(captured.count, length) { bytes.append(captured[index]) }
    return start..<bytes.count
  }
}
