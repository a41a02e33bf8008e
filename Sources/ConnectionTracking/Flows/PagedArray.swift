import BasicContainers
import CMemory

/// Elements in pages of some megabytes: growth takes a page and moves nothing, so that a large table neither stalls nor
/// is for a moment held twice.
///
/// From the second page on the kernel is asked for huge pages: a table of a million flows is read all over, and most of
/// what a new flow cost was the kernel's handling of its first touch. A small table never gets there.
struct PagedArray<Element: ~Copyable & Sendable>: ~Copyable, Sendable {
  /// Elements in a page, as a power of two: 8 MiB and more.
  @inline(__always)
  private static var pageBits: Int { MemoryLayout<Element>.stride.leadingZeroBitCount - (Int.bitWidth - 24) }
  @inline(__always)
  private static var pageSize: Int { 1 << pageBits }

  private var pages = UniqueArray<RigidArray<Element>>()
  private(set) var count = 0

  subscript(index: UInt32) -> Element {
    @inline(__always) _read { yield pages[Int(index) >> Self.pageBits][Int(index) & (Self.pageSize - 1)] }
    @inline(__always) _modify { yield &pages[Int(index) >> Self.pageBits][Int(index) & (Self.pageSize - 1)] }
  }

  /// Adds `element` at the end.
  ///
  /// - Returns: its index.
  mutating func append(_ element: consuming Element) -> UInt32 {
    let isFirst = count & (Self.pageSize - 1) == 0
    if isFirst { pages.append(RigidArray(capacity: Self.pageSize)) }
    pages[pages.count - 1].append(element)
    if isFirst, count > 0 { adviseHugePages() }
    count += 1
    return UInt32(truncatingIfNeeded: count - 1)
  }

  @inline(never)
  private func adviseHugePages() {
    let length = Self.pageSize * MemoryLayout<Element>.stride
    unsafe pages[pages.count - 1].span.withUnsafeBufferPointer { page in
      unsafe advise_huge_pages(page.baseAddress, length)
    }
  }
}
