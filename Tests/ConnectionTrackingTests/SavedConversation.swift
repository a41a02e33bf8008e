import ConnectionTracking
import PacketDecoding
import Testing

/// A SYN, its refusal or none, something that follows, and then what a connection that opened would go on with.
struct SavedConversation: CustomStringConvertible {
  enum Step {
    case segment(Segment)
    case error(ICMPError)

    func feed(to tracker: inout ConnectionTracker, _ events: inout [TrackerEvent]) {
      let nothing: [UInt8] = []
      switch self {
      case .segment(let segment): tracker.process(segment, payload: nothing.span, into: &events)
      case .error(let error): tracker.process(error, into: &events)
      }
    }
  }

  let description: String
  let syn: Segment
  private(set) var steps: [Step]
  private let isRefused: Bool

  /// - Parameter milliseconds: from what was before to what follows.
  init(_ form: SYNForm, _ ends: SYNEnds, isRefused: Bool, _ following: Following, after milliseconds: Int64) {
    self.isRefused = isRefused
    let after = "after \(milliseconds) ms"
    description = "\(form), \(ends), \(isRefused ? "refused, " : "")\(following) \(after)"
    var syn = Segment(
      time: Timestamp(seconds: 1_700_000_000, nanoseconds: 5), frame: 7, source: ends.client, destination: ends.server,
      sequence: SequenceNumber(0xFFFF_FFFF), flags: .syn, window: 64_240)
    syn.timeToLive = 64
    syn.wireLength = ends.client.address.isIPv6 ? 60 : 40
    syn.identification = ends.client.address.isIPv6 ? nil : 700
    form.change(&syn)
    if ends.client.address.isIPv6 { syn.identification = nil }
    self.syn = syn
    var writer = SegmentWriter(after: syn)
    steps = [.segment(syn)]
    if isRefused { steps.append(.segment(writer.refusal(after: 10))) }
    writer.wait = milliseconds
    steps += following.steps(&writer)
    if steps.count > (isRefused ? 2 : 1) { steps += writer.rest() }
  }

  /// Puts more time and more packets between the SYN and all that comes after it.
  mutating func delayRefusal(milliseconds: Int64, frames: UInt64) {
    for index in steps.indices.dropFirst() {
      switch steps[index] {
      case .segment(var segment):
        segment.time = segment.time.advanced(byNanoseconds: milliseconds * 1_000_000)
        segment.frame += frames
        steps[index] = .segment(segment)
      case .error(var error):
        error.time = error.time.advanced(byNanoseconds: milliseconds * 1_000_000)
        error.frame += frames
        steps[index] = .error(error)
      }
    }
  }
}

/// Who opens, and to whom: of either protocol, the smaller address or the other.
struct SYNEnds: Sendable, CustomStringConvertible {
  let description: String
  let client: SocketAddress
  let server: SocketAddress

  static let all = [false, true].flatMap { isIPv6 in
    [false, true].map { isSwapped in
      let pair = [(1, 40_000), (2, 80)].map { low, port in
        SocketAddress(
          address: isIPv6 ? IPAddress(v6High: 0x2001_0DB8 << 32, low: low) : IPAddress(v4: UInt32(low)), port: port)
      }
      return SYNEnds(
        description: "\(isIPv6 ? "IPv6" : "IPv4"), from the \(isSwapped ? "larger" : "smaller") address",
        client: pair[isSwapped ? 1 : 0], server: pair[isSwapped ? 0 : 1])
    }
  }
}

/// Something that a SYN may say.
struct SYNForm: Sendable, CustomTestStringConvertible, CustomStringConvertible {
  let testDescription: String
  /// Whether no more is said than what is saved.
  var isSaved = true
  let change: @Sendable (inout Segment) -> Void

  var description: String { testDescription }

  static let all = [SYNForm(testDescription: "plain") { _ in }] + options + headers + unusual

  private static let options = [
    SYNForm(testDescription: "maximum segment size") { syn in
      syn.options.kinds = .maximumSegmentSize
      syn.options.maximumSegmentSize = 1460
    },
    SYNForm(testDescription: "window scale 0") { $0.options.kinds = .windowScale },
    SYNForm(testDescription: "window scale 14") { syn in
      syn.options.kinds = .windowScale
      syn.options.windowScale = 14
    },
    SYNForm(testDescription: "SACK permitted") { $0.options.kinds = .sackPermitted },
    SYNForm(testDescription: "timestamps") { syn in
      syn.options.kinds = .timestamps
      syn.options.timestampValue = 0xFFFF_FFFE
      syn.options.timestampEcho = 9
    },
    SYNForm(testDescription: "multipath") { $0.options.kinds = .multipath },
    SYNForm(testDescription: "an unknown option") { $0.options.kinds = .unknown },
    SYNForm(testDescription: "a malformed option") { $0.options.kinds = .malformed },
    SYNForm(testDescription: "truncated options") { $0.options.kinds = [.maximumSegmentSize, .truncated] },
    SYNForm(testDescription: "a SACK option without blocks") { $0.options.kinds = .sack },
    SYNForm(testDescription: "all options") { syn in
      syn.options.kinds = [
        .maximumSegmentSize, .windowScale, .sackPermitted, .sack, .timestamps, .multipath, .unknown, .malformed,
      ]
      syn.options.maximumSegmentSize = 536
      syn.options.windowScale = 7
      syn.options.timestampValue = 77
    },
  ]

  private static let headers = [
    SYNForm(testDescription: "window 0") { $0.window = 0 },
    SYNForm(testDescription: "window 65535") { $0.window = 65535 },
    SYNForm(testDescription: "identification 0") { $0.identification = 0 },
    SYNForm(testDescription: "the last identification") { $0.identification = 65535 },
    SYNForm(testDescription: "ECN") { $0.flags = [.syn, .ece, .cwr] },
    SYNForm(testDescription: "ECE alone") { $0.flags = [.syn, .ece] },
    SYNForm(testDescription: "CWR alone") { $0.flags = [.syn, .cwr] },
    SYNForm(testDescription: "an urgent pointer") { $0.urgentPointer = 3 },
    SYNForm(testDescription: "padding on the wire") { $0.wireLength = 65535 },
    SYNForm(testDescription: "a valid checksum") { $0.checksum = .valid },
    SYNForm(testDescription: "an offloaded checksum") { $0.checksum = .offloaded },
    SYNForm(testDescription: "another encapsulation") { $0.encapsulation = EncapsulationID(3) },
    SYNForm(testDescription: "fragments") { $0.isReassembled = true },
    SYNForm(testDescription: "the last frame that fits") { $0.frame = 1 << 40 - 1 },
  ]

  /// What is never saved.
  private static let unusual = [
    SYNForm(testDescription: "window scale 15", isSaved: false) { syn in
      syn.options.kinds = .windowScale
      syn.options.windowScale = 15
    },
    SYNForm(testDescription: "fast open", isSaved: false) { $0.options.kinds = .fastOpen },
    SYNForm(testDescription: "payload", isSaved: false) { $0.wirePayloadLength = 10 },
    SYNForm(testDescription: "SACK blocks", isSaved: false) { syn in
      syn.options.kinds = .sack
      _ = syn.options.sackBlocks.append(SACKBlock(left: SequenceNumber(1), right: SequenceNumber(2)))
    },
    SYNForm(testDescription: "PSH", isSaved: false) { $0.flags = [.syn, .psh] },
    SYNForm(testDescription: "FIN", isSaved: false) { $0.flags = [.syn, .fin] },
    SYNForm(testDescription: "more bytes than a packet has", isSaved: false) { $0.wireLength = 65536 },
    SYNForm(testDescription: "a frame that does not fit", isSaved: false) { $0.frame = 1 << 40 },
  ]
}
