import ConnectionTracking

/// What of a capture makes its findings about lost and repeated segments doubtful.
enum CaptureDoubt: Sendable {
  case duplicates, oneSided, midstream, loss

  /// The weightiest one that holds for `flow`.
  init?(of flow: Flow) {
    let packets = flow.clientEnd.packets + flow.serverEnd.packets
    let duplicates = flow.clientEnd.duplicatePackets + flow.serverEnd.duplicatePackets
    if duplicates > 2, duplicates * 50 > packets {
      self = .duplicates
    } else if packets > 5, flow.clientEnd.packets == 0 || flow.serverEnd.packets == 0 {
      self = .oneSided
    } else if flow.clientEnd.uncapturedBytes + flow.serverEnd.uncapturedBytes > 0 {
      self = .loss
    } else if flow.orientation != .syn, flow.orientation != .synACK {
      self = .midstream
    } else {
      return nil
    }
  }

  var word: String {
    switch self {
    case .duplicates: "duplicate-packets"
    case .oneSided: "one-sided-capture"
    case .midstream: "midstream-start"
    case .loss: "capture-loss"
    }
  }

  var reason: String {
    switch self {
    case .duplicates: "for information only: the capture holds packets twice"
    case .oneSided: "for information only: the capture holds one direction"
    case .midstream: "for information only: the capture began after the connection"
    case .loss: "for information only: the capture lost packets of this connection"
    }
  }
}
