public import CMemory

// Memory is asked for ahead of its use. Nothing is read, so that any index will do.

extension Array {
  /// Asks for the first `bytes` of the element at `index`.
  @inlinable @inline(__always)
  package func prefetch(_ index: Int, bytes: Int = MemoryLayout<Element>.size) {
    unsafe span.withUnsafeBufferPointer {
      let start = index &* MemoryLayout<Element>.stride
      for offset in stride(from: 0, to: bytes, by: 64) { unsafe prefetch_line($0.baseAddress, start &+ offset) }
      unsafe prefetch_line($0.baseAddress, start &+ bytes &- 1)
    }
  }

  /// Asks for what is kept of the array itself, how many elements it has for one, and for the first of them.
  @inlinable @inline(__always)
  package func prefetchStart() {
    unsafe span.withUnsafeBufferPointer {
      unsafe prefetch_line($0.baseAddress, -16)
      unsafe prefetch_line($0.baseAddress, 0)
    }
  }
}

extension MutableSpan {
  /// Asks for the first `bytes` of the element at `index`.
  @inlinable @inline(__always)
  package func prefetch(_ index: Int, bytes: Int) {
    unsafe withUnsafeBufferPointer {
      let start = index &* MemoryLayout<Element>.stride
      for offset in stride(from: 0, to: bytes, by: 64) { unsafe prefetch_line($0.baseAddress, start &+ offset) }
      unsafe prefetch_line($0.baseAddress, start &+ bytes &- 1)
    }
  }
}
