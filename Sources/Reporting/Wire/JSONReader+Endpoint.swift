import ConnectionTracking
import PacketDecoding

extension JSONReader {
  /// Reads one end of a flow; its state stands elsewhere.
  mutating func endpoint() throws -> EndpointSummary {
    var end = EndpointSummary(state: nil)
    var missing = 0
    try object { reader, name in
      switch name {
      case "presumed": end.isPresumed = try reader.bool()
      case "state_since": end.stateSince = try reader.optional { try $0.time() }
      case "last_sent": end.lastSent = try reader.optional { try $0.time() }
      case "mss": end.maximumSegmentSize = try reader.optional { try $0.integer() }
      case "window_scale": end.windowScale = try reader.optional { try $0.integer() }
      case "sack": end.sackPermitted = try reader.bool()
      case "timestamps": end.timestamps = try reader.bool()
      case "isn": end.initialSequence = try reader.optional { SequenceNumber(try $0.integer()) }
      case "time_in_state": end.nanosecondsInState = try reader.durations()
      case "missing_bytes": missing = try reader.integer()
      default: try end.takeCount(name, from: &reader)
      }
    }
    end.lostBytes = missing &- end.uncapturedBytes
    return end
  }

  private mutating func durations() throws -> StateDurations {
    var durations = StateDurations()
    try object { reader, name in
      guard let state = StateNames.state(named: name) else { throw reader.problem("an unknown state: \(name)") }
      durations[state.index] = try reader.seconds()
    }
    return durations
  }
}

extension EndpointSummary {
  fileprivate mutating func takeCount(_ name: String, from reader: inout JSONReader) throws {
    switch name {
    case "packets": packets = try reader.integer()
    case "bytes": bytes = try reader.integer()
    case "payload_bytes": payloadBytes = try reader.integer()
    case "distinct_payload_bytes": distinctPayloadBytes = try reader.integer()
    case "retransmitted_bytes": retransmittedBytes = try reader.integer()
    case "retransmitted_segments": retransmittedSegments = try reader.integer()
    case "uncaptured_bytes": uncapturedBytes = try reader.integer()
    case "out_of_order_segments": outOfOrderSegments = try reader.integer()
    case "zero_windows": zeroWindows = try reader.integer()
    case "duplicate_packets": duplicatePackets = try reader.integer()
    case "super_segments": superSegments = try reader.integer()
    case "unacknowledged_bytes": unacknowledgedBytes = try reader.integer()
    default: try reader.skip()
    }
  }
}
