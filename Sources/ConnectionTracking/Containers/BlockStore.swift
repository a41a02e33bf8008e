/// Small arrays of many connections: the first four elements of each lie in one block, the next four in another, so that
/// nothing moves and nothing is left behind as long as they are few. More lie all in a block of 16, 32 ... 1024 places. A
/// block that is given back is used again.
///
/// Elements own nothing, and zeros are one of them: places are not initialized one by one.
struct BlockStore<Element: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
  /// Where one array is, and how many elements it has. What room there is follows from that.
  struct Block: Sendable {
    var place: UInt32 = 0
    /// Of the second four, as long as there are no more.
    var second: UInt32 = 0
    var count: UInt16 = 0
  }

  private static var leastRoom: Int { 4 }
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
    let isSecond = index >= Self.leastRoom && Int(block.count) <= 2 * Self.leastRoom
    let start = isSecond ? block.second &- UInt32(Self.leastRoom) : block.place
    return unsafe elements.address(start &+ UInt32(truncatingIfNeeded: index))
  }

  subscript(block: Block, index: Int) -> Element {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address(block, index)) }
    @inline(__always) unsafeMutableAddress { unsafe address(block, index) }
  }

  /// Asks for the newest elements of few ahead of their use.
  @inline(__always)
  func prefetch(_ block: Block) {
    elements.prefetch(block.place, lines: 1)
    if Int(block.count) > Self.leastRoom { elements.prefetch(block.second, lines: 1) }
  }

  /// Adds an element, of which there must be fewer than ``mostRoom``.
  @inline(__always)
  mutating func append(_ element: Element, to block: inout Block) {
    let count = Int(block.count)
    if count & (Self.leastRoom - 1) == 0, count == Self.room(for: count) { grow(&block) }
    block.count += 1
    self[block, count] = element
  }

  /// Gives the elements of `block` back.
  @inline(__always)
  mutating func release(_ block: inout Block) {
    if block.count > 0 { giveBack(block) }
    block = Block()
  }

  /// How many places there are for `count` elements.
  @inline(__always)
  private static func room(for count: Int) -> Int {
    count == 0 ? 0 : max(leastRoom, 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount))
  }

  private mutating func giveBack(_ block: Block) {
    let room = Self.room(for: Int(block.count))
    guard room == 2 * Self.leastRoom else { return put(block.place, of: room) }
    put(block.place, of: Self.leastRoom)
    put(block.second, of: Self.leastRoom)
  }

  @inline(never)
  private mutating func grow(_ block: inout Block) {
    switch Int(block.count) {
    case 0: block.place = take(Self.leastRoom)
    case Self.leastRoom: block.second = take(Self.leastRoom)
    default:
      let place = take(2 * Int(block.count))
      for index in 0..<Int(block.count) { elements[place &+ UInt32(index)] = self[block, index] }
      giveBack(block)
      block.place = place
    }
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
