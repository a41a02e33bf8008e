public import ConnectionTracking
import PacketDecoding

// Many flows at once: what each needs is asked for some flows ahead.

extension CaptureStatistics {
  /// Takes in flows that were asked for and that nothing is to be said of.
  ///
  /// - Parameter flows: uneventful; see ``TrackerConfiguration/digestsUneventful``.
  public mutating func add(_ flows: [FlowDigest]) {
    quality.add(flows.span)
    var walk = CountingWalk()
    while let index = walk.next(
      of: flows.span, byListener.index, byHost.index, &byListener.elements, &byHost.elements,
      displaced: byListener.displaced + byHost.displaced)
    {
      add(flows[index], walk.search(at: index), true)
    }
    byHost.omit(walk.clientsOmitted)
    omit(probes: walk.probesOmitted)
  }
}

/// A walk through flows that searches for the listener and the client of each, and counts it where all are known.
private struct CountingWalk {
  /// Flows between one step of a search and the next. What a step asks for is there then, and no more is asked for at
  /// once than a processor remembers.
  private static let distance = 6

  /// With room for all that are under way, three times ``distance``.
  private var searches = [32 of FlowSearch](repeating: FlowSearch())
  private var step = 0
  /// Flows whose client found no room.
  private(set) var clientsOmitted = 0
  /// Those of them that carried no data.
  private(set) var probesOmitted = 0
  /// Addresses that had given way when the searches began.
  private var displaced = 0

  /// Where the search for the flow at `index` is; their number is a power of two.
  @inline(__always)
  private func place(_ index: Int) -> Int { index & (searches.count - 1) }

  /// The search for the ends of the flow at `index`, which is under way.
  @inline(__always)
  func search(at index: Int) -> FlowSearch { searches[place(index)] }

  /// Goes on.
  ///
  /// - Parameter displaced: addresses that gave way up to now; what was found before is not to be relied on after.
  /// - Returns: the next flow that was not counted, for something was met for the first time; nil at the end.
  mutating func next(
    of flows: Span<FlowDigest>, _ listenerIndex: borrowing AddressIndex, _ hostIndex: borrowing AddressIndex,
    _ listeners: inout [ListenerStatistics], _ hosts: inout [HostStatistics], displaced: Int
  ) -> Int? {
    if displaced != self.displaced { searchAnew(displaced) }
    var listeners = listeners.mutableSpan
    var hosts = hosts.mutableSpan
    while step < flows.count + 3 * Self.distance {
      if step < flows.count { searches[place(step)] = FlowSearch(flows[step], listenerIndex, hostIndex) }
      let begun = step - Self.distance
      if begun >= 0, begun < flows.count {
        listenerIndex.begin(&searches[place(begun)].listener, among: listeners)
        hostIndex.begin(&searches[place(begun)].client, among: hosts)
      }
      let found = begun - Self.distance
      if found >= 0, found < flows.count {
        searches[place(found)].goOn(flows[found].client.address, flows[found].server, &listeners, &hosts)
      }
      let counted = found - Self.distance
      step += 1
      if counted >= 0, !count(flows, at: counted, &listeners, &hosts) { return counted }
    }
    return nil
  }

  private mutating func searchAnew(_ displaced: Int) {
    self.displaced = displaced
    for place in searches.indices {
      searches[place].listener.place = AddressIndex.Search.unknown
      searches[place].client.place = AddressIndex.Search.unknown
    }
  }

  /// Counts the flow at `index`, whose ends are known or have no room.
  ///
  /// - Returns: false where they are not.
  @inline(__always)
  private mutating func count(
    _ flows: Span<FlowDigest>, at index: Int, _ listeners: inout MutableSpan<ListenerStatistics>,
    _ hosts: inout MutableSpan<HostStatistics>
  ) -> Bool {
    let search = search(at: index)
    guard search.listener.isFound, search.client.place != AddressIndex.Search.unknown else { return false }
    let listener = Int(search.listener.place)
    guard let server = listeners[listener].host.place, hosts.isHost(at: Int(server), flows[index].server.address)
    else { return false }
    if !search.client.isFound, flows[index].isNoteworthy(.client) { return false }
    listeners[listener].add(flows[index], true, client: flows[index].client.address.stableHash)
    if search.client.isFound {
      hosts[Int(search.client.place)].add(flows[index], .client, true)
    } else {
      clientsOmitted += 1
      probesOmitted += flows[index].probe != nil ? 1 : 0
    }
    if flows[index].client != flows[index].server { hosts[Int(server)].add(flows[index], .server, true) }
    return true
  }
}

/// The listener and the client of a flow are looked for.
struct FlowSearch {
  fileprivate(set) var listener: AddressIndex.Search
  fileprivate(set) var client: AddressIndex.Search

  /// For nobody.
  fileprivate init() { (listener, client) = (.init(), .init()) }

  @inline(__always)
  init(_ flow: FlowDigest, _ listeners: borrowing AddressIndex, _ hosts: borrowing AddressIndex) {
    listener = listeners.search(for: flow.server)
    client = hosts.search(for: SocketAddress(address: flow.client.address, port: 0))
  }

  /// The second step.
  @inline(__always)
  fileprivate mutating func goOn(
    _ client: IPAddress, _ server: SocketAddress, _ listeners: inout MutableSpan<ListenerStatistics>,
    _ hosts: inout MutableSpan<HostStatistics>
  ) {
    if listeners.confirm(&listener, for: server) {
      let host = listeners[Int(listener.place)].prefetchRest(client: client.stableHash)
      if let host { hosts.prefetch(Int(host), bytes: HostStatistics.hotBytes) }
    }
    if hosts.confirm(&self.client, for: SocketAddress(address: client, port: 0)) {
      hosts[Int(self.client.place)].prefetchRest()
    }
  }
}

extension MutableSpan<HostStatistics> {
  /// Whether `address` is what stands at a place: another may have come there.
  @inline(__always)
  fileprivate func isHost(at place: Int, _ address: IPAddress) -> Bool { self[place].host == address }
}
