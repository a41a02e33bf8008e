import CMemory

/// Elements in pages of some megabytes: growth takes a page and moves nothing, so that a large table neither stalls nor
/// is for a moment held twice.
///
/// Beyond the first two megabytes the kernel is asked for huge pages: a table of a million flows is read all over, and
/// most of what a new flow cost was the kernel's handling of its first touch. A small table never gets there.
///
/// An element is reached by its address, without the coroutine that a safe accessor would be: that took a tenth of the
/// tracker's time. An index beyond ``count`` traps.
@safe
struct PagedArray<Element: ~Copyable & Sendable>: ~Copyable, @unchecked Sendable {
  /// Elements in a page, as a power of two: 8 MiB and more.
  @inline(__always)
  private static var pageBits: Int { MemoryLayout<Element>.stride.leadingZeroBitCount - (Int.bitWidth - 24) }
  @inline(__always)
  private static var pageSize: Int { 1 << pageBits }

  /// Where the pages are. There is one wherever an element below ``count`` is, which nothing but that is asked for.
  private var pages = UnsafeMutableBufferPointer<UnsafeMutablePointer<Element>>.allocate(capacity: 4)
  private(set) var count = 0

  init() {}

  deinit {
    for first in stride(from: 0, to: count, by: Self.pageSize) {
      unsafe pages[first >> Self.pageBits].deinitialize(count: min(Self.pageSize, count - first)).deallocate()
    }
    unsafe pages.deallocate()
  }

  subscript(index: UInt32) -> Element {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address(index)) }
    @inline(__always) unsafeMutableAddress { unsafe address(index) }
  }

  @inline(__always)
  func address(_ index: UInt32) -> UnsafeMutablePointer<Element> {
    precondition(index < count)
    return unsafe addressUnchecked(index)
  }

  @inline(__always)
  private func addressUnchecked(_ index: UInt32) -> UnsafeMutablePointer<Element> {
    // Unlike the buffer, its address has no optional to look into.
    unsafe pages.baseAddress.unsafelyUnwrapped[Int(index) >> Self.pageBits] + Int(index) & (Self.pageSize - 1)
  }

  /// Asks for the element's cache lines ahead of its use.
  ///
  /// An index beyond ``count`` asks for the first element instead: whether something has an element here at all can seldom
  /// be foreseen, and so is no branch.
  @inline(__always)
  func prefetch(_ index: UInt32) {
    if count == 0 { return }
    let isHeld = (Int(index) &- count) >> (Int.bitWidth - 1)
    let index = index & UInt32(truncatingIfNeeded: isHeld)
    unsafe prefetch_lines(addressUnchecked(index), MemoryLayout<Element>.stride)
  }

  /// Gives the memory of elements back, which may then be all zeros until they are assigned anew: only for elements that
  /// own nothing, and of which zeros are one.
  ///
  /// - Parameter count: a power of two from 4096 on, of which `first` is a multiple: such elements fill whole pages of the
  ///   machine. What would lie beyond a page of the array stays.
  func giveBack(from first: UInt32, count: Int) {
    let count = min(count, Self.pageSize - Int(first) & (Self.pageSize - 1))
    unsafe give_back(address(first), count * MemoryLayout<Element>.stride)
  }

  /// Adds `element` at the end.
  ///
  /// - Returns: its index.
  @inline(__always)
  mutating func append(_ element: consuming Element) -> UInt32 {
    if count & (Self.pageSize - 1) == 0 { addPage() }
    count += 1
    let index = UInt32(truncatingIfNeeded: count - 1)
    unsafe address(index).initialize(to: element)
    return index
  }

  @inline(never)
  private mutating func addPage() {
    let size = Self.pageSize * MemoryLayout<Element>.stride
    // Huge pages begin at multiples of their size.
    let start = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.hugePage)
    let small = count > 0 ? 0 : Self.hugePage
    unsafe advise_huge_pages(start + small, size - small)
    let page = count >> Self.pageBits
    if unsafe page == pages.count { growPages() }
    unsafe pages.initializeElement(at: page, to: start.bindMemory(to: Element.self, capacity: Self.pageSize))
  }

  private mutating func growPages() {
    let more = unsafe UnsafeMutableBufferPointer<UnsafeMutablePointer<Element>>.allocate(capacity: 2 * pages.count)
    _ = unsafe more.moveInitialize(fromContentsOf: pages)
    unsafe pages.deallocate()
    unsafe pages = more
  }

  private static var hugePage: Int { 2 << 20 }
}
