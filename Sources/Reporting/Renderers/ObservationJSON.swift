import ConnectionTracking
import PacketDecoding

/// What passed out of the ordinary, as JSON objects: what rules read, so that a flow can be judged again later.
///
/// Most flows have none, and of most kinds most values are 0: those are left out.
enum ObservationJSON {
  static func write(_ observations: [Observation], into output: inout OutputBuffer) {
    output.append(",\"observations\":[")
    for (index, observation) in observations.enumerated() {
      output.append(index == 0 ? "{" : ",{")
      write(observation, into: &output)
      output.append("}")
    }
    output.append("]")
  }

  private static func write(_ observation: Observation, into output: inout OutputBuffer) {
    output.append("\"kind\":")
    output.append(word: observation.kind.word)
    output.append(",\"sender\":")
    output.append(word: observation.sender.word)
    output.append(",\"time\":\"")
    output.append(observation.first.time)
    output.append("\",\"frame\":")
    output.append(observation.first.frame)
    if observation.last != observation.first {
      output.append(",\"last_time\":\"")
      output.append(observation.last.time)
      output.append("\",\"last_frame\":")
      output.append(observation.last.frame)
    }
    if observation.count != 1 { write("count", observation.count, into: &output) }
    if observation.bytes != 0 { write("bytes", observation.bytes, into: &output) }
    if observation.delay != 0 {
      output.append(",\"delay\":")
      output.append(seconds: observation.delay)
    }
    if observation.distance != 0 { write("distance", observation.distance, into: &output) }
    write("circumstances", words(of: observation.circumstances), into: &output)
    output.append(",\"sender_state\":")
    output.append(word: StateNames.bsd.name(of: observation.senderState))
    output.append(",\"receiver_state\":")
    output.append(word: StateNames.bsd.name(of: observation.receiverState))
    if observation.kind == .reset { write(observation.reset, into: &output) }
  }

  private static func write(_ shape: ResetShape, into output: inout OutputBuffer) {
    output.append(",\"reset\":{\"answers\":")
    output.append(word: shape.answers.word)
    output.append(",\"position\":")
    output.append(word: shape.position.word)
    write("ttl_difference", Int(shape.timeToLiveDifference), into: &output)
    write("window", Int(shape.window), into: &output)
    write("last_window", Int(shape.lastWindow), into: &output)
    write("unanswered_probes", Int(shape.unansweredProbes), into: &output)
    write("traits", words(of: shape.traits), into: &output)
    output.append("}")
  }

  private static func write(_ key: StaticString, _ value: Int, into output: inout OutputBuffer) {
    output.append(",\"")
    output.append(key)
    output.append("\":")
    output.append(value)
  }

  /// Nothing where there are none.
  private static func write(_ key: StaticString, _ words: [String], into output: inout OutputBuffer) {
    for (index, word) in words.enumerated() {
      if index == 0 {
        output.append(",\"")
        output.append(key)
        output.append("\":[")
      } else {
        output.append(",")
      }
      output.append(word: word)
    }
    if !words.isEmpty { output.append("]") }
  }

  static func words(of circumstances: Observation.Circumstances) -> [String] {
    Observation.Circumstances.words.filter { circumstances.contains($0.value) }.map(\.word)
  }

  static func words(of traits: ResetShape.Traits) -> [String] {
    ResetShape.Traits.words.filter { traits.contains($0.value) }.map(\.word)
  }
}
