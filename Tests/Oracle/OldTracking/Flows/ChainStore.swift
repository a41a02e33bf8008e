/// Small lists of many flows in one slab: a flow's elements are chained, a closed flow's places are used again.
///
/// A flow holds few elements, so that an array each would cost an allocation a flow.
struct ChainStore<Element: Sendable>: ~Copyable, Sendable {
  private var nodes = PagedArray<ChainNode<Element>>()
  private var free = Chain.none
  private var used = 0

  /// Bytes that the elements take.
  var footprint: Int { used * MemoryLayout<ChainNode<Element>>.stride }

  subscript(index: UInt32) -> Element {
    @inline(__always) _read { yield nodes[index].element }
    @inline(__always) _modify { yield &nodes[index].element }
  }

  /// The element at `index`, and where the next one is.
  @inline(__always)
  func node(at index: UInt32) -> ChainNode<Element> { nodes[index] }

  /// Asks for an element ahead of its use.
  @inline(__always)
  func prefetch(_ index: UInt32) { nodes.prefetch(index) }

  /// The element after the one at `index`.
  @inline(__always)
  func next(after index: UInt32) -> UInt32 { nodes[index].next }

  /// Adds an element at the end of `chain`; the caller has seen to it that there is room.
  mutating func append(_ element: Element, to chain: inout Chain) -> UInt32 {
    let index = allocate(element)
    if chain.tail == Chain.none { chain.head = index } else { nodes[chain.tail].next = index }
    chain.tail = index
    chain.count += 1
    used += 1
    return index
  }

  /// Gives the elements of `chain` back.
  mutating func release(_ chain: inout Chain) {
    guard chain.tail != Chain.none else { return }
    nodes[chain.tail].next = free
    free = chain.head
    used -= Int(chain.count)
    chain = Chain()
  }

  @inline(__always)
  private mutating func allocate(_ element: Element) -> UInt32 {
    guard free != Chain.none else {
      return nodes.append(ChainNode(element: element, next: Chain.none))
    }
    let index = free
    free = nodes[index].next
    nodes[index] = ChainNode(element: element, next: Chain.none)
    return index
  }
}

/// An element and where the next one of its flow is.
struct ChainNode<Element: Sendable>: Sendable {
  var element: Element
  var next: UInt32
}

/// One flow's elements in a ``ChainStore``, oldest first.
struct Chain: Sendable {
  static let none = UInt32.max

  var head = Chain.none
  var tail = Chain.none
  /// Elements that found no room.
  var omitted: UInt32 = 0
  var count: UInt16 = 0
}
