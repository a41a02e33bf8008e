import GroundTruth

extension Sample {
  /// Every capture that is kept for users, in the order of captures/README.md.
  static let all: [Sample] = opening + closing + resetting + losing + windows + options + links + malformed

  private static let opening = [
    Sample("open/handshake", of: "handshake"),
    Sample("open/refused", of: "refused"),
    Sample("open/syn-unanswered", of: "syn-unanswered"),
    Sample("open/syn-abandoned", of: "syn-abandoned"),
    Sample("open/syn-ack-lost", of: "syn-ack-lost", at: .b),
    Sample("open/handshake-ack-lost", of: "handshake-ack-lost"),
    Sample("open/simultaneous-open", of: "simultaneous-open"),
    Sample("open/accept-queue-overflow", of: "accept-queue-overflow"),
    Sample("open/accept-queue-overflow-reset", of: "accept-queue-overflow-reset"),
    Sample("open/syn-cookie-orphan", of: "syn-cookie-orphan"),
    Sample("open/syn-flood", of: "syn-flood", at: .b),
    Sample("open/icmp-unreachable", of: "icmp-unreachable"),
    Sample("open/many-clients", of: "many-clients"),
    Sample(
      "open/mid-stream", of: "four-way-close-by-client", note: "the handshake was cut off", .partial(.withoutFirst(3))),
  ]

  private static let closing = [
    Sample("close/four-way-by-client", of: "four-way-close-by-client"),
    Sample("close/four-way-by-server", of: "four-way-close-by-server"),
    Sample("close/three-way", of: "three-way-close"),
    Sample("close/simultaneous", of: "simultaneous-close"),
    Sample("close/half-close", of: "half-close"),
    Sample("close/fin-with-data", of: "fin-with-data-both"),
    Sample("close/close-wait-leak", of: "close-wait-leak"),
    Sample("close/fin-wait-1-stuck", of: "fin-wait-1-stuck"),
    Sample("close/fin-wait-2-held", of: "fin-wait-2-held"),
    Sample("close/fin-wait-2-orphan-timeout", of: "fin-wait-2-orphan-timeout"),
    Sample("close/last-ack-stuck", of: "last-ack-stuck"),
    Sample("close/linger2-negative", of: "linger2-negative"),
    Sample("close/time-wait-bucket-overflow", of: "time-wait-bucket-overflow"),
    Sample("close/time-wait-reuse", of: "time-wait-reuse"),
    Sample("close/time-wait-reset", of: "time-wait-reset", at: .b),
    Sample("close/time-wait-syn-challenged", of: "time-wait-syn-challenged", at: .b),
  ]

  private static let resetting = [
    Sample("reset/by-client", of: "reset-by-client"),
    Sample("reset/unread-data", of: "reset-unread-data"),
    Sample("reset/unread-bulk", of: "reset-unread-bulk"),
    Sample("reset/data-after-close", of: "reset-data-after-close"),
    Sample("reset/request-crosses-fin", of: "request-crosses-fin"),
    Sample("reset/lost", of: "reset-lost"),
    Sample("reset/in-window-challenged", of: "rst-in-window-forged", at: .b),
    Sample("reset/out-of-window", of: "rst-out-of-window-forged", at: .b),
    Sample("reset/forged", of: "rst-exact-forged", at: .b),
    Sample("reset/port-reuse", of: "port-reuse-after-reset"),
    Sample("reset/half-open-data", of: "half-open-data"),
    Sample("reset/half-open-syn", of: "half-open-syn"),
  ]

  private static let losing = [
    Sample("loss/bulk-lost-reordered", of: "bulk-lost-reordered", at: .b),
    Sample("loss/fin-lost", of: "fin-lost"),
    Sample("loss/fin-overtakes-data", of: "fin-overtakes-data", at: .b),
    Sample("loss/last-ack-lost-twice", of: "last-ack-lost-twice"),
    Sample("loss/line-cut", of: "line-cut"),
    Sample(
      "loss/capture-loss", of: "half-close", note: "one packet in five is missing from the capture alone",
      .partial(.missing(0.2))),
    Sample(
      "loss/one-sided", of: "half-close", note: "only what the server sent", .partial(.oneSided(.b))),
  ]

  private static let windows = [
    Sample("window/zero-window", of: "zero-window"),
    Sample("window/zero-window-probes", of: "zero-window-probes"),
    Sample("window/fin-behind-zero-window", of: "fin-behind-zero-window"),
    Sample("window/keepalive", of: "keepalive"),
    Sample("window/keepalive-dead-peer", of: "keepalive-dead-peer"),
  ]

  private static let options = [
    Sample("options/fast-open", of: "fast-open"),
    Sample("options/defer-accept", of: "defer-accept"),
    Sample("options/no-timestamps", of: "no-timestamps"),
    Sample("options/explicit-congestion", of: "explicit-congestion"),
    Sample("options/urgent-data", of: "urgent-data"),
    Sample("options/old-timestamp", of: "old-timestamp-forged", at: .b),
  ]

  private static let links = [
    Sample("link/ipv6", of: "four-way-close-by-client", over: .ipv6),
    Sample(
      "link/vlan", of: "four-way-close-by-client", note: "put into Ethernet with VLAN 42", .ethernet(vlans: [42])),
    Sample(
      "link/vlan-stacked", of: "four-way-close-by-server", over: .ipv6, note: "put into Ethernet with VLAN 7 in 100",
      .ethernet(vlans: [100, 7])),
    Sample(
      "link/checksum-offload", of: "four-way-close-by-client",
      note: "what the client sent has no checksums yet, for its network card computes them", .checksumsLeftToCard),
    Sample(
      "link/snap-length-60", of: "half-close", note: "60 bytes kept of each packet", .partial(.snapLength(60))),
  ]

  private static let malformed = [
    Sample(
      "malformed/bad-checksum", of: "four-way-close-by-client",
      note: "a RST of the client with a wrong checksum passes, which its receiver drops", .brokenReset(behind: 4)),
    Sample(
      "malformed/file-cut-short", of: "four-way-close-by-client", note: "the file ends inside its last packet",
      .cutShort),
    Sample(
      "malformed/headers-cut-short", of: "four-way-close-by-client",
      note: "30 bytes kept of each packet, too few for a TCP header", .partial(.snapLength(30))),
  ]
}
