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
public struct OutputBuffer: ~Copyable {
  /// Takes the next bytes of the output; the slice is only good during the call.
  public typealias Sink = (ArraySlice<UInt8>) throws -> Void

  /// How many bytes wait.
  public private(set) var count = 0
  /// The sink's first error; nothing was written after it.
  public private(set) var failure: (any Error)?
  private var storage: [UInt8]
  private let sink: Sink?
  /// The date written last: the next one is mostly the same.
  var latestDate = CivilDate(daysSinceEpoch: 0)

  /// A buffer that collects everything.
  public init() {
    storage = Array(repeating: 0, count: 256)
    sink = nil
  }

  /// A buffer that hands its bytes to `sink` whenever `capacity` of them wait, and at ``flush()``.
  public init(capacity: Int = 1 << 16, sink: @escaping Sink) {
    storage = Array(repeating: 0, count: max(capacity, 64))
    self.sink = sink
  }

  /// The bytes that wait.
  public var bytes: ArraySlice<UInt8> { storage[..<count] }

  /// The bytes that wait, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Hands what waits to the sink; a collecting buffer keeps it.
  public mutating func flush() {
    guard let sink else { return }
    if failure == nil && count > 0 {
      do { try sink(storage[..<count]) } catch { failure = error }
    }
    count = 0
  }

  /// Forgets what waits.
  public mutating func removeAll() { count = 0 }

  public mutating func append(_ text: String) { append(text.utf8.span) }

  public mutating func append(byte: UInt8) {
    reserve(1)
    storage[count] = byte
    count &+= 1
  }

  public mutating func append(byte: UInt8, count repeats: Int) {
    for _ in 0..<max(repeats, 0) { append(byte: byte) }
  }

  /// Appends `bytes` as they are.
  public mutating func append(bytes: [UInt8]) { append(bytes.span) }

  /// Appends what waits in `other`.
  public mutating func append(_ other: borrowing OutputBuffer) {
    append(other.storage.span.extracting(first: other.count))
  }

  /// Appends the last `digits` decimal digits of `value`, leading zeros included.
  package mutating func append(_ value: UInt64, digits: Int) {
    reserve(digits)
    let start = count
    var span = storage.mutableSpan
    span.write(value, digits: digits, at: start)
    count = start &+ digits
  }

  /// Appends `length` bytes that `body` writes from the index it is given on.
  @inline(__always)
  package mutating func append(length: Int, _ body: (inout MutableSpan<UInt8>, Int) -> Void) {
    reserve(length)
    let start = count
    var span = storage.mutableSpan
    body(&span, start)
    count = start &+ length
  }

  /// The loop of every copy. It runs over all of `bytes`, which lets the compiler take many at a time.
  @inline(__always)
  private mutating func append(_ bytes: Span<UInt8>) {
    reserve(bytes.count)
    let start = count
    let length = bytes.count
    guard start &+ length <= storage.count else { return }
    var span = storage.mutableSpan
    for index in 0..<length { span[start &+ index] = bytes[index] }
    count = start &+ length
  }

  /// Makes room for `needed` more bytes.
  @inline(__always)
  private mutating func reserve(_ needed: Int) {
    if storage.count &- count < needed { makeRoom(for: needed) }
  }

  /// Hands over what waits, or grows.
  @inline(never)
  private mutating func makeRoom(for needed: Int) {
    flush()
    let missing = needed - (storage.count - count)
    if missing > 0 { storage.append(contentsOf: repeatElement(0, count: max(missing, storage.count))) }
  }
}

extension MutableSpan<UInt8> {
  /// Writes the last `digits` decimal digits of `value` from `index` on.
  @inline(__always)
  package mutating func write(_ value: UInt64, digits: Int, at index: Int) {
    var rest = value
    var position = index &+ digits
    while position > index {
      position &-= 1
      let tenth = rest / 10
      self[position] = UInt8(truncatingIfNeeded: rest &- tenth &* 10) &+ 0x30
      rest = tenth
    }
  }
}
