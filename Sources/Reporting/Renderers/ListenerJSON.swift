import Anomalies
import PacketDecoding

/// The lines about listeners and hosts.
enum ListenerJSON {
  static func write(_ listener: ListenerReport, into output: inout OutputBuffer) {
    output.append("{\"type\":\"listener\",\"schema_version\":1,\"listener\":")
    output.append(json: listener.listener)
    write("attempts", listener.attempts, into: &output)
    write("established", listener.established, into: &output)
    write("refused", listener.refused, into: &output)
    write("unanswered", listener.unanswered, into: &output)
    write("reset_by_client", listener.resetByClient, into: &output)
    write("reset_by_server", listener.resetByServer, into: &output)
    write("accept_queue_signs", listener.acceptQueueSigns, into: &output)
    write("left_in_close_wait", listener.closeWaits, into: &output)
    write("retried_attempts", listener.retried, into: &output)
    write(listener.answerDelay, into: &output)
    output.append("}\n")
  }

  static func write(_ host: HostReport, into output: inout OutputBuffer) {
    output.append("{\"type\":\"host\",\"schema_version\":1,\"address\":\"")
    output.append(host.host)
    output.append("\"")
    write("connections", host.ends, into: &output)
    write("left_in_close_wait", host.closeWaits, into: &output)
    write("came_out_of_close_wait", host.closeWaitsLeft, into: &output)
    output.append(",\"close_wait_growth\":")
    if let growth = host.closeWaitGrowth { output.append(seconds: growth) } else { output.append("null") }
    write("time_waits", host.timeWaits, into: &output)
    write("time_waits_as_client", host.clientTimeWaits, into: &output)
    write("time_wait_peak", host.timeWaitPeak, into: &output)
    write("resets_per_second_peak", host.resetPeak, into: &output)
    output.append("}\n")
  }

  /// From the SYN to the SYN-ACK, in seconds; null where none was seen.
  private static func write(_ delay: ListenerReport.AnswerDelay?, into output: inout OutputBuffer) {
    output.append(",\"answer_delay\":")
    guard let delay else { return output.append("null") }
    output.append("{\"median\":")
    output.append(seconds: delay.median)
    output.append(",\"max\":")
    output.append(seconds: delay.longest)
    write("answers", delay.answers, into: &output)
    write("after_one_second", delay.slow, into: &output)
    output.append("}")
  }

  private static func write(_ key: String, _ number: Int, into output: inout OutputBuffer) {
    output.append(",\"")
    output.append(key)
    output.append("\":")
    output.append(number)
  }
}
