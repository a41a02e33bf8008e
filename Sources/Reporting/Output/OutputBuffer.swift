import BasicContainers

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
  /// Takes the next bytes of the output; the span is only good during the call.
  public typealias Sink = (Span<UInt8>) throws -> Void

  /// The sink's first error; nothing was written after it.
  public private(set) var failure: (any Error)?
  /// Its capacity is all there is room for: it grows here only.
  private var storage: RigidArray<UInt8>
  private let sink: Sink?
  /// The second written last: the next moment is mostly in the same one.
  var latestSecond = SecondText(0)

  /// A buffer that collects everything.
  public init() {
    storage = RigidArray(capacity: 256)
    sink = nil
  }

  /// A buffer that hands its bytes to `sink` whenever `capacity` of them wait, and at ``flush()``.
  public init(capacity: Int = 1 << 16, sink: @escaping Sink) {
    storage = RigidArray(capacity: max(capacity, 64))
    self.sink = sink
  }

  /// How many bytes wait.
  public var count: Int { storage.count }

  /// The bytes that wait.
  public var bytes: [UInt8] { storage.indices.map { storage[$0] } }

  /// The bytes that wait, as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Hands what waits to the sink; a collecting buffer keeps it.
  public mutating func flush() {
    guard let sink else { return }
    if failure == nil && count > 0 {
      do { try sink(storage.span) } catch { failure = error }
    }
    removeAll()
  }

  /// Forgets what waits.
  public mutating func removeAll() { storage.removeAll() }

  public mutating func append(_ text: String) { append(text.utf8.span) }

  public mutating func append(byte: UInt8) {
    reserve(1)
    storage.append(byte)
  }

  public mutating func append(byte: UInt8, count repeats: Int) {
    for _ in 0..<max(repeats, 0) { append(byte: byte) }
  }

  /// Appends `bytes` as they are.
  public mutating func append(bytes: [UInt8]) { append(bytes.span) }

  /// Appends what waits in `other`.
  public mutating func append(_ other: borrowing OutputBuffer) { append(other.storage.span) }

  /// Appends the last `digits` decimal digits of `value` (20 at most), leading zeros included.
  package mutating func append(_ value: UInt64, digits: Int) {
    var text = InlineArray<20, UInt8>(repeating: 0)
    let length = min(max(digits, 0), 20)
    var span = text.mutableSpan
    span.write(value, digits: length, at: 0)
    append(text.span.extracting(first: length))
  }

  /// The copy behind all others.
  @inline(__always)
  package mutating func append(_ bytes: Span<UInt8>) {
    reserve(bytes.count)
    storage.append(copying: bytes)
  }

  /// Makes room for `needed` more bytes.
  @inline(__always)
  private mutating func reserve(_ needed: Int) {
    if storage.freeCapacity < needed { makeRoom(for: needed) }
  }

  /// Hands over what waits, or grows.
  @inline(never)
  private mutating func makeRoom(for needed: Int) {
    flush()
    if storage.freeCapacity < needed { storage.reserveCapacity(max(count + needed, 2 * storage.capacity)) }
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
