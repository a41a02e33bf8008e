import Anomalies
import ConnectionTracking
import PacketDecoding

extension JSONReader {
  mutating func findings() throws -> [Finding] {
    try array { reader in
      var parts = FindingParts()
      try reader.object { reader, name in try parts.take(name, from: &reader) }
      return try parts.finding(reader)
    }
  }
}

/// A finding of which some members were read.
struct FindingParts {
  private var (id, severity, confidence): (String?, Severity?, Confidence?)
  private var endpoint: EndpointRole?
  private var time: Timestamp?
  private var frames: [UInt64] = []
  private var (message, advice) = ("", "")
  private var fields: [Finding.Field] = []

  /// Reads the member `name`; what is not of every finding is one of its fields.
  mutating func take(_ name: String, from reader: inout JSONReader) throws {
    switch name {
    case "id": id = try reader.identifier()
    case "severity": severity = try reader.word { Severity(word: $0) }
    case "endpoint": endpoint = try reader.optional { try $0.role() }
    case "time": time = try reader.time()
    case "frame", "wireshark_filter": try reader.skip()
    case "frames": frames = try reader.array { try $0.integer() }
    case "confidence": confidence = try reader.word()
    case "message": message = try reader.string()
    case "advice": advice = try reader.string()
    default: if let value = try reader.fieldValue() { fields.append(Finding.Field(name, value)) }
    }
  }

  /// - Parameter reader: which has just read the last member.
  func finding(_ reader: JSONReader) throws -> Finding {
    Finding(
      id: try reader.require(id, "id"), severity: try reader.require(severity, "severity"), endpoint: endpoint,
      time: try reader.require(time, "time"), frames: frames, confidence: try reader.require(confidence, "confidence"),
      message: message, advice: advice, fields: fields)
  }
}

extension JSONReader {
  /// Reads the value of a finding's field; nil for a kind that none of today's has.
  fileprivate mutating func fieldValue() throws -> Finding.FieldValue? {
    switch peek() {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "["): return .integers(try array { try $0.count() })
    case UInt8(ascii: "-"), .some(0x30...0x39):
      let number = try number()
      if !number.hasPoint, let integer = number.scaled(by: 0).flatMap({ Int(exactly: $0) }) { return .integer(integer) }
      guard let nanoseconds = number.nanoseconds else { throw problem("no number that fits here") }
      return .duration(nanoseconds)
    default:
      try skip()
      return nil
    }
  }
}
