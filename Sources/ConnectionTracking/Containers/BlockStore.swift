/// Small arrays of many connections: the elements of each lie in one block of 4, 8, 16 ... 1024 places, and a block that is
/// given back is used again.
///
/// Elements own nothing, and zeros are one of them: places are not initialized one by one.
struct BlockStore<Element: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  /// Where one array is, and how many elements it has. What room there is follows from that.
  struct Block: Sendable {
    var place: UInt32 = 0
    var count: UInt16 = 0

    fileprivate var room: Int { BlockStore.room(for: Int(count)) }
  }

  static var leastRoom: Int { 4 }
  static var mostRoom: Int { 1024 }

  private var elements = PagedArray<Element>()
  /// Blocks of each size that wait for another array.
  private var free = [[UInt32]](repeating: [], count: 9)
  private var used = 0

  init() {}

  /// Bytes that the blocks take.
  var footprint: Int { used * MemoryLayout<Element>.stride }

  /// Where the element at `index` of `block` lies.
  @inline(__always)
  func address(_ block: Block, _ index: Int) -> UnsafeMutablePointer<Element> {
    precondition(index < Int(block.count))
    return unsafe elements.address(block.place &+ UInt32(truncatingIfNeeded: index))
  }

  subscript(block: Block, index: Int) -> Element {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address(block, index)) }
    @inline(__always) unsafeMutableAddress { unsafe address(block, index) }
  }

  /// Asks for the first cache lines of a block ahead of its use.
  @inline(__always)
  func prefetch(_ block: Block) { elements.prefetch(block.place, lines: 2) }

  /// Adds an element, of which there must be fewer than ``mostRoom``.
  @inline(__always)
  mutating func append(_ element: Element, to block: inout Block) {
    if Int(block.count) == block.room { grow(&block) }
    block.count += 1
    self[block, Int(block.count) - 1] = element
  }

  /// Gives the elements of `block` back.
  @inline(__always)
  mutating func release(_ block: inout Block) {
    if block.count > 0 { put(block.place, of: block.room) }
    block = Block()
  }

  /// How many places a block of `count` elements has.
  @inline(__always)
  private static func room(for count: Int) -> Int {
    count == 0 ? 0 : max(leastRoom, 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount))
  }

  @inline(never)
  private mutating func grow(_ block: inout Block) {
    let (place, room) = (block.place, block.room)
    block.place = take(max(Self.leastRoom, 2 * room))
    guard room > 0 else { return }
    for index in 0..<UInt32(room) { elements[block.place &+ index] = elements[place &+ index] }
    put(place, of: room)
  }

  private mutating func take(_ room: Int) -> UInt32 {
    used += room
    let kind = Self.kind(room)
    if free[kind].isEmpty { addBlocks(of: room) }
    return free[kind].removeLast()
  }

  private mutating func put(_ place: UInt32, of room: Int) {
    used -= room
    free[Self.kind(room)].append(place)
  }

  /// Blocks of one size are cut from a row of as many places as the largest has.
  private mutating func addBlocks(of room: Int) {
    let start = elements.extend(by: Self.mostRoom)
    for place in stride(from: Self.mostRoom - room, through: 0, by: -room) {
      free[Self.kind(room)].append(start &+ UInt32(place))
    }
  }

  private static func kind(_ room: Int) -> Int { room.trailingZeroBitCount - leastRoom.trailingZeroBitCount }
}
