import ConnectionTracking

/// The options an end has sent, as fields of a JSON object.
///
/// Nearly all ends of a capture have the options of one of a few stacks.
struct OptionsJSON {
  private var texts = RecentTexts<SentOptions>(bits: 4)

  /// Writes the fields `mss` to `timestamps`, a comma before each.
  mutating func write(of end: borrowing EndpointSummary, into output: inout OutputBuffer) {
    let options = SentOptions(
      maximumSegmentSize: end.maximumSegmentSize, windowScale: end.windowScale, sackPermitted: end.sackPermitted,
      timestamps: end.timestamps)
    let mixed = Int(end.maximumSegmentSize ?? 0) / 4 &+ Int(end.windowScale ?? 0) &+ (end.timestamps ? 3 : 0)
    texts.append(options, mixed, into: &output) { options in
      let size = options.maximumSegmentSize.map { "\($0)" } ?? "null"
      let scale = options.windowScale.map { "\($0)" } ?? "null"
      let flags = ",\"sack\":\(options.sackPermitted),\"timestamps\":\(options.timestamps)"
      return ",\"mss\":\(size),\"window_scale\":\(scale)\(flags)"
    }
  }
}

/// What the fields say; see ``EndpointSummary``.
struct SentOptions: Equatable {
  let maximumSegmentSize: UInt16?
  let windowScale: UInt8?
  let sackPermitted: Bool
  let timestamps: Bool
}
