import Foundation

/// Calls `body` with the path of a file of these bytes, and removes it afterwards.
package func withTemporaryFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("wirestat-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: url) }
  try Data(bytes).write(to: url)
  return try body(url.path)
}
