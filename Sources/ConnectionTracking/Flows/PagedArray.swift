import BasicContainers

/// Elements in pages: growth takes a page and moves nothing, so that a large table neither stalls nor is for a moment
/// held twice.
struct PagedArray<Element: ~Copyable & Sendable>: ~Copyable, Sendable {
  private static var pageBits: Int { 8 }
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
    if count & (Self.pageSize - 1) == 0 { pages.append(RigidArray(capacity: Self.pageSize)) }
    pages[pages.count - 1].append(element)
    count += 1
    return UInt32(truncatingIfNeeded: count - 1)
  }
}
