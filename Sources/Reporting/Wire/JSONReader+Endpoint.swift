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
      case "missing_bytes": missing = try reader.count()
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
    case "packets": packets = try reader.count()
    case "bytes": bytes = try reader.count()
    case "payload_bytes": payloadBytes = try reader.count()
    case "distinct_payload_bytes": distinctPayloadBytes = try reader.count()
    case "retransmitted_bytes": retransmittedBytes = try reader.count()
    case "retransmitted_segments": retransmittedSegments = try reader.count()
    case "uncaptured_bytes": uncapturedBytes = try reader.count()
    case "out_of_order_segments": outOfOrderSegments = try reader.count()
    case "zero_windows": zeroWindows = try reader.count()
    case "duplicate_packets": duplicatePackets = try reader.count()
    case "super_segments": superSegments = try reader.count()
    case "unacknowledged_bytes": unacknowledgedBytes = try reader.count()
    default: try reader.skip()
    }
  }
}
