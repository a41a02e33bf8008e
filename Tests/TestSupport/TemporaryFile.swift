import Foundation

/// Calls `body` with the path of a file of these bytes, and removes it afterwards.
package func withTemporaryFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
  try withTemporaryFiles([bytes]) { try body($0[0]) }
}

/// Calls `body` with the paths of files of these bytes, in their order, and removes them afterwards.
package func withTemporaryFiles<Value>(_ files: [[UInt8]], _ body: ([String]) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wirestat-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let paths = try files.enumerated().map { number, bytes in
    let file = folder.appendingPathComponent("\(number + 1).pcap")
    try Data(bytes).write(to: file)
    return file.path
  }
  return try body(paths)
}

/// The same for what takes its time.
package func withTemporaryFile<Value>(
  _ bytes: some Collection<UInt8>, _ body: (String) async throws -> Value
) async throws -> Value {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("wirestat-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: url) }
  try Data(bytes).write(to: url)
  return try await body(url.path)
}
