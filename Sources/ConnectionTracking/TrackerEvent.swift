public import PacketDecoding

/// What the tracker has to say, in the order it came about.
public enum TrackerEvent: Sendable, Equatable {
  /// The first packet of a flow passed.
  case began(flow: Int)
  /// An endpoint moved. `entry` is as it stood then; a later confirmation is an event of its own.
  case transition(flow: Int, client: SocketAddress, server: SocketAddress, entry: Transition)
  /// The flow has ended, or the input has.
  case ended(Flow)
  /// The same of uneventful flows, a few at once; only with ``TrackerConfiguration/digestsUneventful``.
  case passed([FlowDigest])
  /// Payload, in order; only with ``TrackerConfiguration/reassemblesStreams``.
  case stream(StreamEvent)
}

/// One step of a reassembled direction.
public struct StreamEvent: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    /// The next bytes of the stream.
    case bytes([UInt8])
    /// So many bytes that will not come.
    case gap(length: Int, Gap)
    /// The FIN, after every byte before it.
    case end
  }
  /// Why bytes are missing.
  public enum Gap: Sendable, Hashable {
    /// Lost on the way and never sent again.
    case lost
    /// Acknowledged, but never captured.
    case uncaptured
    /// In a segment that was captured up to the snap length only.
    case cut
  }
  public var flow: Int
  public var from: EndpointRole
  public var time: Timestamp
  public var frame: UInt64
  public var content: Content

  public init(flow: Int, from: EndpointRole, time: Timestamp, frame: UInt64, content: Content) {
    self.flow = flow
    self.from = from
    self.time = time
    self.frame = frame
    self.content = content
  }
}
