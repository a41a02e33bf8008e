/// Small lists of many flows in one slab: a flow's elements are chained, a closed flow's places are used again.
///
/// A flow holds few elements, so that an array each would cost an allocation a flow.
struct ChainStore<Element: Sendable>: Sendable {
  private struct Node: Sendable {
    var element: Element
    var next: UInt32
  }

  private var nodes: [Node] = []
  private var free = Chain.none
  private var used = 0

  /// Bytes that the elements take.
  var footprint: Int { used * MemoryLayout<Node>.stride }

  subscript(index: UInt32) -> Element {
    get { nodes[Int(index)].element }
    _modify { yield &nodes[Int(index)].element }
  }

  /// The element after the one at `index`.
  func next(after index: UInt32) -> UInt32 { nodes[Int(index)].next }

  /// Adds an element at the end of `chain`; the caller has seen to it that there is room.
  mutating func append(_ element: Element, to chain: inout Chain) -> UInt32 {
    let index = allocate(element)
    if chain.tail == Chain.none { chain.head = index } else { nodes[Int(chain.tail)].next = index }
    chain.tail = index
    chain.count += 1
    used += 1
    return index
  }

  /// Gives the elements of `chain` back.
  mutating func release(_ chain: inout Chain) {
    guard chain.tail != Chain.none else { return }
    nodes[Int(chain.tail)].next = free
    free = chain.head
    used -= Int(chain.count)
    chain = Chain()
  }

  private mutating func allocate(_ element: Element) -> UInt32 {
    guard free != Chain.none else {
      nodes.append(Node(element: element, next: Chain.none))
      return UInt32(truncatingIfNeeded: nodes.count - 1)
    }
    let index = free
    free = nodes[Int(index)].next
    nodes[Int(index)] = Node(element: element, next: Chain.none)
    return index
  }
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
