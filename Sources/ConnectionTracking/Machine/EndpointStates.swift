/// The two states of an endpoint, and the only place that sets them: by events, and where the table leads.
///
/// ``proved`` is the state that the endpoint's own segments show, ``state`` the one it is in if what is pending has
/// arrived. Going back is no event: what was presumed is forgotten, and what stays pending is expected anew.
struct EndpointStates: Sendable {
  /// ``proved`` in the lower half, ``state`` in the upper.
  private var both: UInt8 = TCPState.unknownCode * 17
  /// Where it was before a timer or a RST in its name closed it, for that may have been wrong.
  private var before: TCPState?

  /// nil before any segment of its own.
  var proved: TCPState? { @inline(__always) get { TCPState(code: both & 15) } }
  /// What is pending counts as arrived; nil before any evidence.
  var state: TCPState? { @inline(__always) get { TCPState(code: both >> 4) } }

  /// Its own segment shows `event`.
  @inline(__always)
  mutating func prove(_ event: EndpointEvent) { set(proved.moved(by: event, before: before)) }

  /// Its own segment shows that `arrival` had reached it.
  mutating func prove(_ arrival: ArrivalEvents) { set(arrival.applied(to: proved)) }

  /// `arrival` passed on its way to it.
  @inline(__always)
  mutating func expect(_ arrival: ArrivalEvents) {
    both = both & 15 | TCPState.code(of: arrival.applied(to: state)) << 4
  }

  /// What was on its way to it counts no more.
  mutating func expectNothing() { both = (both & 15) * 17 }

  /// A RST in its name closes it.
  ///
  /// - Parameter refuses: it answers a SYN, so that there was nothing before to go back to.
  mutating func reset(refuses: Bool) {
    before = refuses ? nil : proved
    prove(.sendsRST)
  }

  /// Its timer ends. What is pending has arrived by then, if ever: RFC 9293 §3.10.8 asks no segment.
  mutating func timeOut() {
    before = state
    set(state.moved(by: .timeout))
  }

  /// The next incarnation takes its place, whichever of the two states it was in.
  mutating func replace() { set(state.moved(by: .replaced)) }

  /// Its host has lost the connection, and with it all that was before.
  mutating func reopen() {
    before = nil
    prove(.reopens)
  }

  @inline(__always)
  private mutating func set(_ reached: TCPState?) { both = TCPState.code(of: reached) * 17 }
}
