import ConnectionTracking
import PacketDecoding

extension JSONReader {
  mutating func observation() throws -> Observation {
    var (kind, sender): (ObservationKind?, EndpointRole?)
    var (time, lastTime): (Timestamp?, Timestamp?)
    var (frame, lastFrame): (UInt64?, UInt64?)
    var read = Observation(
      kind: .silence, sender: .client, first: PacketStamp(time: Timestamp(nanoseconds: 0), frame: 0))
    try object { reader, name in
      switch name {
      case "kind": kind = try reader.word { ObservationKind(word: $0) }
      case "sender": sender = try reader.role()
      case "time": time = try reader.time()
      case "frame": frame = try reader.integer()
      case "last_time": lastTime = try reader.time()
      case "last_frame": lastFrame = try reader.integer()
      default: try read.take(name, from: &reader)
      }
    }
    read.kind = try require(kind, "kind")
    read.sender = try require(sender, "sender")
    read.first = PacketStamp(time: try require(time, "time"), frame: try require(frame, "frame"))
    read.last = PacketStamp(lastTime, lastFrame) ?? read.first
    return read
  }
}

extension Observation {
  fileprivate mutating func take(_ name: String, from reader: inout JSONReader) throws {
    switch name {
    case "count": count = try reader.count()
    case "bytes": bytes = try reader.count()
    case "delay": delay = try reader.seconds()
    case "distance": distance = try reader.count()
    case "circumstances":
      let words = Circumstances.words
      circumstances = Circumstances(try reader.array { try $0.word { word in words.first { $0.word == word }?.value } })
    case "sender_state": senderState = try reader.state()
    case "receiver_state": receiverState = try reader.state()
    case "reset": reset = try reader.resetShape()
    default: try reader.skip()
    }
  }
}

extension JSONReader {
  fileprivate mutating func resetShape() throws -> ResetShape {
    var shape = ResetShape()
    try object { reader, name in
      switch name {
      case "answers":
        shape.answers = try reader.word { word in ResetShape.Answered.allCases.first { $0.word == word } }
      case "position":
        shape.position = try reader.word { word in ResetShape.Position.allCases.first { $0.word == word } }
      case "ttl_difference": shape.timeToLiveDifference = try reader.integer()
      case "window": shape.window = try reader.integer()
      case "last_window": shape.lastWindow = try reader.integer()
      case "unanswered_probes": shape.unansweredProbes = try reader.integer()
      case "traits":
        let words = ResetShape.Traits.words
        shape.traits = ResetShape.Traits(
          try reader.array { try $0.word { word in words.first { $0.word == word }?.value } })
      default: try reader.skip()
      }
    }
    return shape
  }
}
