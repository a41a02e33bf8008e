import TestSupport

/// A capture that tshark counts otherwise, with the reason and what each is to find.
struct TsharkDifference: Sendable {
  /// Below the folder of samples.
  var file: String
  var reason: String
  var wirestat: CaptureTally
  var tshark: CaptureTally

  func concerns(_ path: String) -> Bool { path == "\(SampleCaptures.folder)/\(file)" }

  static let all: [TsharkDifference] = [.synMeetsTimeWait, .synMeetsForgottenConnection, .headersCutShort]
}

extension TsharkDifference {
  private static let synMeetsTimeWait = TsharkDifference(
    file: "close/time-wait-syn-challenged.pcap",
    reason: """
      Frame 8 is a SYN older than the connection in TIME_WAIT. The listener's end answers with an ACK of the old \
      connection (RFC 9293, 3.10.7.4), which it still is; for tshark any SYN with another number begins a stream.
      """,
    wirestat: CaptureTally(tcpPackets: 10, streams: [between(6, 4)]),
    tshark: CaptureTally(tcpPackets: 10, streams: [between(4, 3), between(2, 1)]))

  private static let synMeetsForgottenConnection = TsharkDifference(
    file: "reset/half-open-syn.pcap",
    reason: """
      Frame 4 is the SYN of a client whose host forgot the connection; frames 5 and 6, the challenge ACK and the RST, \
      are about the old connection (RFC 9293, figure 9). The SYN that opens the next one is frame 7. tshark begins \
      its second stream at frame 4.
      """,
    wirestat: CaptureTally(tcpPackets: 9, streams: [between(4, 2), between(2, 1)]),
    tshark: CaptureTally(tcpPackets: 9, streams: [between(2, 1), between(4, 2)]))

  private static let headersCutShort = TsharkDifference(
    file: "malformed/headers-cut-short.pcap",
    reason: """
      The snap length leaves the ports and no whole TCP header. tshark still counts TCP packets, of no stream; here \
      they are malformed, for without its flags a packet says nothing of a connection.
      """,
    wirestat: CaptureTally(),
    tshark: CaptureTally(tcpPackets: 11))

  /// Packets without payload between the two hosts of the samples.
  private static func between(_ client: Int, _ server: Int) -> CaptureTally.Stream {
    ["10.77.0.1:40000": .init(packets: client), "10.77.0.2:8080": .init(packets: server)]
  }
}
