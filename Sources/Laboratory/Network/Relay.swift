import CLaboratory
import Foundation
import GroundTruth
import Synchronization

/// The line between the two hosts: carries packets from one TUN device to the other, by the scenario's rules, and
/// writes down every packet at both ends.
final class Relay: Sendable {
  struct Event: Sendable {
    var time: Int64
    var side: Side
    var isSent: Bool
    var packet: Packet
  }

  private struct Line {
    var rules: [RelayRule] = []
    var translation: AddressTranslation?
    var clearsIdentifications = false
    var delay: Int64 = 0
    var noise = LineNoise.none
    var random: SeededGenerator
    var queue: [(due: Int64, to: Side, packet: Packet)] = []
    var held: [(to: Side, packet: Packet)] = []
    var events: [Event] = []
    var stopped = false
  }

  private let line: Mutex<Line>
  private let tuns: [Side: Int32]
  private let wake: Int32
  private let addresses: [Side: [String]]
  private let worker = DispatchGroup()

  /// - Parameters:
  ///   - tuns: the devices' descriptors, which the relay closes in the end.
  ///   - addresses: what the hosts call themselves; packets to anybody else end here.
  init(tuns: [Side: Int32], addresses: [Side: [String]], seed: UInt64) throws {
    self.tuns = tuns
    self.addresses = addresses
    line = Mutex(Line(random: SeededGenerator(seed: seed)))
    wake = try check(lab_open_event(), "eventfd")
    DispatchQueue(label: "relay", qos: .userInteractive).async(group: worker) { self.run() }
  }

  deinit {
    close(wake)
    tuns.values.forEach { close($0) }
  }

  /// Ends the relay's thread.
  func stop() {
    change { $0.stopped = true }
    worker.wait()
  }

  private func change(_ body: (inout Line) -> Void) {
    line.withLock { body(&$0) }
    var one: UInt64 = 1
    _ = unsafe write(wake, &one, 8)
  }

  // MARK: The scenario's side

  func add(_ rule: RelayRule) { change { $0.rules.append(rule) } }

  /// Forgets all rules; what is held stays held.
  func clear() { change { $0.rules = [] } }

  /// Rewrites addresses from now on, as a router with destination NAT.
  func translate(_ translation: AddressTranslation) { change { $0.translation = translation } }

  /// Makes the hosts send identification 0, as the stacks do that number no packet which can't be fragmented (RFC 6864).
  func clearIdentifications() { change { $0.clearsIdentifications = true } }

  func setDelay(milliseconds: Int) { change { $0.delay = Int64(milliseconds) * 1_000_000 } }

  func setNoise(_ noise: LineNoise) { change { $0.noise = noise } }

  /// Lets go of what was held, in the order it came, or the last first.
  func release(reversed: Bool = false) {
    change { line in
      let now = Clock.now()
      line.queue += (reversed ? line.held.reversed() : line.held).map { (now, $0.to, $0.packet) }
      line.held = []
    }
  }

  /// Sends a packet that no socket of the host made, as a program with a raw socket does.
  func send(_ packet: Packet, from side: Side) {
    change { self.take(packet, from: side, &$0) }
  }

  /// Delivers a packet that nobody sent.
  func inject(_ packet: Packet, to side: Side) {
    change { $0.queue.append((Clock.now(), side, packet)) }
  }

  /// The host's own address by the one it is called by; nil where the line translates none.
  var translations: [String: String]? { line.withLock { line in line.translation.map { [$0.service: $0.host] } } }

  var events: [Event] { line.withLock { $0.events } }

  /// When the last packet was sent or delivered; `.max` while one is still under way.
  var lastActivity: Int64 {
    line.withLock { $0.queue.isEmpty ? $0.events.last?.time ?? 0 : .max }
  }

  // MARK: The relay's thread

  private func run() {
    while !line.withLock({ $0.stopped }) {
      waitForWork()
      line.withLock { line in
        for side in Side.allCases { takeIn(from: side, &line) }
        deliverDue(&line)
      }
    }
  }

  private func waitForWork() {
    let due = line.withLock { $0.queue.map(\.due).min() }
    let timeout = due.map { Int32(clamping: max(0, ($0 - Clock.now() + 999_999) / 1_000_000)) } ?? 1000
    var waiting = (Array(tuns.values) + [wake]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = unsafe poll(&waiting, nfds_t(waiting.count), timeout)
    var count: UInt64 = 0
    _ = unsafe read(wake, &count, 8)
  }

  private func takeIn(from side: Side, _ line: inout Line) {
    guard let tun = tuns[side] else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(tun, &buffer, buffer.count)
      guard count > 0 else { return }
      guard let packet = Packet(Array(buffer[..<count])) else { continue }
      take(line.clearsIdentifications ? packet.withoutIdentification : packet, from: side, &line)
    }
  }

  private func take(_ packet: Packet, from side: Side, _ line: inout Line) {
    line.events.append(Event(time: Clock.now(), side: side, isSent: true, packet: packet))
    forward(line.translation?.applied(to: packet, from: side) ?? packet, from: side, &line)
  }

  private func forward(_ packet: Packet, from side: Side, _ line: inout Line) {
    guard addresses[side.other]?.contains(packet.destination) == true else { return }
    var due = Clock.now() + line.delay
    if let index = line.rules.firstIndex(where: { $0.fits(packet, from: side) }) {
      line.rules[index].remaining = line.rules[index].remaining.map { $0 - 1 }
      switch line.rules[index].action {
      case .drop: return
      case .hold: return line.held.append((side.other, packet))
      case .delay(let milliseconds): due += Int64(milliseconds) * 1_000_000
      case .duplicate(let milliseconds):
        line.queue.append((due + Int64(milliseconds) * 1_000_000, side.other, packet))
      }
    }
    guard line.random.chance() >= line.noise.loss else { return }
    if line.noise.jitterMilliseconds > 0 {
      due += Int64.random(in: 0...Int64(line.noise.jitterMilliseconds) * 1_000_000, using: &line.random)
    }
    line.queue.append((due, side.other, packet))
    if line.random.chance() < line.noise.duplication { line.queue.append((due + 3_000_000, side.other, packet)) }
  }

  private func deliverDue(_ line: inout Line) {
    while let index = line.queue.indices.min(by: { line.queue[$0].due < line.queue[$1].due }),
      line.queue[index].due <= Clock.now()
    {
      let (_, side, packet) = line.queue.remove(at: index)
      // What the host had sent before this reaches it must stand before it in the record.
      takeIn(from: side, &line)
      line.events.append(Event(time: Clock.now(), side: side, isSent: false, packet: packet))
      if let tun = tuns[side] { _ = unsafe write(tun, packet.bytes, packet.bytes.count) }
    }
  }
}
