import Dispatch
import Synchronization

/// Hands items from one thread to another, in their order; a few go round between the two.
///
/// The giver fills an empty item, the taker empties it. Each waits for the other where there is none, so that neither
/// runs ahead by more than the items there are.
final class BoundedHandoff<Item: ~Copyable>: Sendable {
  private final class Slot: Sendable {
    let item: Mutex<Item>
    init(_ item: consuming sending Item) { self.item = Mutex(item) }
  }

  private let slots: [Slot]
  private let empty: DispatchSemaphore
  private let filled = DispatchSemaphore(value: 0)
  /// How many items were given in all, once that is known.
  private let total = Atomic<Int>(.max)

  /// - Parameter make: makes an empty item.
  init(_ count: Int, _ make: () -> sending Item) {
    slots = (0..<count).map { _ in Slot(make()) }
    empty = DispatchSemaphore(value: count)
  }

  /// The giver's `index`th item, from 0: `body` fills it.
  func give(_ index: Int, _ body: (inout Item) -> Void) {
    empty.wait()
    slots[index % slots.count].item.withLock { body(&$0) }
    filled.signal()
  }

  /// There are no more than `count` items.
  func finish(after count: Int) {
    total.store(count, ordering: .releasing)
    filled.signal()
  }

  /// The taker's `index`th item, from 0: `body` empties it.
  ///
  /// - Returns: false where there are no more.
  func take<Failure: Error>(_ index: Int, _ body: (inout Item) throws(Failure) -> Void) throws(Failure) -> Bool {
    filled.wait()
    guard index < total.load(ordering: .acquiring) else { return false }
    defer { empty.signal() }
    try slots[index % slots.count].item.withLock { item throws(Failure) in try body(&item) }
    return true
  }
}
