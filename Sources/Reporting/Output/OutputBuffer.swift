import PacketDecoding

/// Bytes on their way out: appended without allocation, handed to a sink a block at a time.
///
/// Appending never throws, so that renderers stay plain. Where the sink fails, the first error is kept in ``failure``,
/// the rest of the output is dropped, and whoever drives the renderer asks for it when it suits, as with C's `ferror`.
///
/// ```swift
/// var output = OutputBuffer()
/// output.append("flow ")
/// output.append(42)
/// print(output.text)                       // flow 42
/// ```
///
/// It is memory of its own, since a report is some hundred short pieces a flow: what a literal is appended by then comes
/// down to one comparison and a few stores, a sixth of what it took through a container. Whatever writes to that memory
/// makes room for it before.
@safe
public struct OutputBuffer: ~Copyable {
  /// Takes the next bytes of the output; the span is only good during the call.
  public typealias Sink = (Span<UInt8>) throws -> Void

  /// The sink's first error; nothing was written after it.
  public private(set) var failure: (any Error)?
  /// How many bytes wait.
  public private(set) var count = 0
  /// ``capacity`` bytes, of which the first ``count`` are written.
  private var storage: UnsafeMutablePointer<UInt8>
  /// All there is room for: it grows where there is no sink, or a piece is longer.
  private var capacity: Int
  private let sink: Sink?
  /// The second written last: the next moment is mostly in the same one.
  var latestSecond = SecondText(of: Timestamp(nanoseconds: 0))

  /// A buffer that collects everything.
  public init() {
    capacity = 256
    unsafe storage = .allocate(capacity: capacity)
    sink = nil
  }

  /// A buffer that hands its bytes to `sink` whenever `capacity` of them wait, and at ``flush()``.
  public init(capacity: Int = 1 << 16, sink: @escaping Sink) {
    self.capacity = max(capacity, 64)
    unsafe storage = .allocate(capacity: self.capacity)
    self.sink = sink
  }

  deinit { unsafe storage.deallocate() }

  /// The bytes that wait.
  public var bytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: storage, count: count)) }

  /// The bytes that wait, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Lends `body` the bytes that wait.
  func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    unsafe body(UnsafeBufferPointer(start: storage, count: count).span)
  }

  /// Hands what waits to the sink; a collecting buffer keeps it.
  public mutating func flush() {
    guard let sink else { return }
    if failure == nil && count > 0 {
      do { try unsafe sink(UnsafeBufferPointer(start: storage, count: count).span) } catch { failure = error }
    }
    removeAll()
  }

  /// Forgets what waits.
  public mutating func removeAll() { count = 0 }

  /// Appends a text that stands in the source: its length is known when the copy is compiled.
  @inline(__always)
  public mutating func append(_ literal: StaticString) {
    let length = literal.utf8CodeUnitCount
    reserve(length)
    unsafe (storage + count).initialize(from: literal.utf8Start, count: length)
    count &+= length
  }

  /// Appends any other text.
  @_disfavoredOverload
  public mutating func append(_ text: String) { append(text.utf8.span) }

  @inline(__always)
  public mutating func append(byte: UInt8) { append(word: UInt64(byte), length: 1) }

  public mutating func append(byte: UInt8, count repeats: Int) {
    for _ in 0..<max(repeats, 0) { append(byte: byte) }
  }

  /// Appends `bytes` as they are.
  public mutating func append(bytes: [UInt8]) { append(bytes.span) }

  /// Appends what waits in `other`.
  public mutating func append(_ other: borrowing OutputBuffer) {
    unsafe append(UnsafeBufferPointer(start: other.storage, count: other.count).span)
  }

  /// The copy of what is only known when it runs.
  @inline(__always)
  package mutating func append(_ bytes: Span<UInt8>) {
    let length = bytes.count
    reserve(length)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      unsafe (storage + count).initialize(from: start, count: length)
    }
    count &+= length
  }

  /// Appends up to eight bytes that are in a register.
  ///
  /// - Parameters:
  ///   - word: the first of them in its lowest byte.
  ///   - length: how many; all eight are stored, and the others written over by what follows.
  @inline(__always)
  package mutating func append(word: UInt64, length: Int) {
    reserve(8)
    unsafe UnsafeMutableRawPointer(storage + count).storeBytes(of: word.littleEndian, as: UInt64.self)
    count &+= min(max(length, 0), 8)
  }

  /// Appends up to 32 bytes in the same way.
  @inline(__always)
  package mutating func append(words: (UInt64, UInt64, UInt64, UInt64), length: Int) {
    reserve(32)
    let place = unsafe UnsafeMutableRawPointer(storage + count)
    unsafe place.storeBytes(of: words.0.littleEndian, as: UInt64.self)
    unsafe place.storeBytes(of: words.1.littleEndian, toByteOffset: 8, as: UInt64.self)
    unsafe place.storeBytes(of: words.2.littleEndian, toByteOffset: 16, as: UInt64.self)
    unsafe place.storeBytes(of: words.3.littleEndian, toByteOffset: 24, as: UInt64.self)
    count &+= min(max(length, 0), 32)
  }

  /// Makes room for `needed` more bytes.
  @inline(__always)
  private mutating func reserve(_ needed: Int) {
    if capacity &- count < needed { makeRoom(for: needed) }
  }

  /// Hands over what waits, or grows.
  @inline(never)
  private mutating func makeRoom(for needed: Int) {
    flush()
    guard capacity - count < needed else { return }
    capacity = max(count + needed, 2 * capacity)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    unsafe larger.initialize(from: storage, count: count)
    unsafe storage.deallocate()
    unsafe storage = larger
  }
}
