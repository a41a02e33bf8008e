import ConnectionTracking

/// The options an end has sent, as fields of a JSON object.
///
/// Nearly all ends of a capture have the options of one of a few stacks, so the texts of those met last are kept.
struct OptionsJSON {
  private struct Options: Equatable {
    var maximumSegmentSize: UInt16?
    var windowScale: UInt8?
    var sackPermitted = false
    var timestamps = false
  }

  private static let kept = 16
  private var known: [Options]
  private var texts: [[UInt8]]

  init() {
    known = Array(repeating: Options(), count: Self.kept)
    texts = Array(repeating: Self.fields(of: Options()), count: Self.kept)
  }

  /// The fields `mss` to `timestamps`, a comma before each.
  mutating func text(of end: EndpointSummary) -> [UInt8] {
    let options = Options(
      maximumSegmentSize: end.maximumSegmentSize, windowScale: end.windowScale, sackPermitted: end.sackPermitted,
      timestamps: end.timestamps)
    let mixed = Int(end.maximumSegmentSize ?? 0) / 4 &+ Int(end.windowScale ?? 0)
    let place = (mixed &+ (end.timestamps ? 3 : 0)) % Self.kept
    if known[place] != options {
      known[place] = options
      texts[place] = Self.fields(of: options)
    }
    return texts[place]
  }

  private static func fields(of options: Options) -> [UInt8] {
    let size = options.maximumSegmentSize.map { "\($0)" } ?? "null"
    let scale = options.windowScale.map { "\($0)" } ?? "null"
    let flags = ",\"sack\":\(options.sackPermitted),\"timestamps\":\(options.timestamps)"
    return Array(",\"mss\":\(size),\"window_scale\":\(scale)\(flags)".utf8)
  }
}
