import BasicContainers

/// Elements that keep their place, and whose place is used again once they are gone.
struct Slab<Element: ~Copyable & Sendable>: ~Copyable, Sendable {
  /// No place.
  static var none: UInt32 { .max }

  private var elements = PagedArray<Element>()
  private var free = UniqueArray<UInt32>()

  /// Places there are, some of which may be free.
  var places: Int { elements.count }

  /// Elements held.
  var count: Int { elements.count - free.count }

  /// Bytes that the elements held take.
  var footprint: Int { count * MemoryLayout<Element>.stride }

  subscript(place: UInt32) -> Element {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(elements.address(place)) }
    @inline(__always) unsafeMutableAddress { unsafe elements.address(place) }
  }

  /// Where the element at `place` lies.
  @inline(__always)
  func address(_ place: UInt32) -> UnsafeMutablePointer<Element> { unsafe elements.address(place) }

  /// Asks for the cache lines of the element at `place` ahead of its use.
  @inline(__always)
  func prefetch(_ place: UInt32) { elements.prefetch(place) }

  /// - Returns: where the element is from now on.
  @inline(__always)
  mutating func insert(_ element: consuming Element) -> UInt32 {
    if let place = free.popLast() {
      elements[place] = element
      return place
    }
    return elements.append(element)
  }

  /// See ``PagedArray/giveBack(from:count:)``; none of the elements there is needed any more.
  func giveBack(from first: UInt32, count: Int) { elements.giveBack(from: first, count: count) }

  /// The element at `place` is not needed any more. It stays what it is until another takes its place.
  mutating func remove(_ place: UInt32) { free.append(place) }
}
