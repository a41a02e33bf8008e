/// How a tracker is configured and fed.
package struct Setting: Sendable {
  package var name: String
  /// Where it stands in `StackProfile.all`.
  package var stack = 0
  /// nil: as many as by default. The limit on memory stays the default, for what a flow takes differs.
  package var maximumFlows: Int?
  package var maximumOutOfOrderBytes: Int?
  package var reportsTransitions = false
  package var digestsUneventful = false
  package var reassemblesStreams = false
  /// Segments of a batch; nil: one by one, each with its payload.
  package var batch: Int?
  /// After how many steps the flows are looked at; nil: never.
  package var looks: Int?

  package init(_ name: String, _ change: (inout Setting) -> Void = { _ in }) {
    self.name = name
    change(&self)
  }

  private static let profiles = 5

  /// What captures are followed with.
  package static let forCaptures: [Setting] = {
    let plain = [
      Setting("default"), Setting("looks") { $0.looks = 50 }, Setting("transitions") { $0.reportsTransitions = true },
      Setting("digests") { $0.digestsUneventful = true },
      Setting("streams") { $0.reassemblesStreams = true },
      Setting("streams of 2000 bytes") { ($0.reassemblesStreams, $0.maximumOutOfOrderBytes) = (true, 2000) },
      Setting("two flows") { $0.maximumFlows = 2 }, Setting("three flows") { $0.maximumFlows = 3 },
    ]
    let stacks = (1..<profiles).map { stack in Setting("stack \(stack)") { $0.stack = stack } }
    let batches = plain.filter { !$0.reassemblesStreams && $0.looks == nil }
      .map { plain in
        var batched = plain
        batched.name = "\(plain.name), in batches"
        batched.batch = 32
        return batched
      }
    return plain + stacks + batches
  }()

  /// What an input of two bytes and a conversation is followed with.
  package static func forInput(_ first: UInt8, _ second: UInt8) -> [Setting] {
    var base = Setting("singly")
    base.stack = Int(first & 7) % profiles
    base.maximumFlows = [nil, 2, 1, 3][Int(first >> 3 & 3)]
    base.maximumOutOfOrderBytes = [1 << 20, 2000, 100, 0][Int(second >> 1 & 3)]
    var singly = base
    singly.reportsTransitions = second & 1 == 0
    singly.looks = 32
    var batched = base
    (batched.name, batched.batch) = ("in batches", 20)
    var digests = batched
    (digests.name, digests.digestsUneventful, digests.batch) = ("digests", true, 80)
    var streams = base
    (streams.name, streams.reassemblesStreams) = ("streams", true)
    return [singly, batched, digests, streams]
  }
}
