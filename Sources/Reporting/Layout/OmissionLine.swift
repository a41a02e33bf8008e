/// Says which flows a report leaves out for want of room.
enum OmissionLine {
  /// Writes a line of its own below the flows; nothing where none was left out.
  static func write(_ omission: OrderedSpool.Omission?, into output: inout OutputBuffer) {
    guard let omission else { return }
    output.append("\n")
    output.append(sentence(omission))
    output.append("\n")
  }

  static func sentence(_ omission: OrderedSpool.Omission) -> String {
    let flows = omission.records == 1 ? "1 flow is" : "\(omission.records) flows are"
    return "\(flows) left out: the temporary file they need fails (\(omission.reason))."
  }
}
