import ArgumentParser

/// A number of bytes on a command line: `65536`, `64K`, `512M`, `2G`.
struct ByteCount: ExpressibleByArgument, Sendable {
  var bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let unit = Self.units.firstIndex { argument.uppercased().hasSuffix($0) }
    let digits = unit == nil ? argument : String(argument.dropLast())
    guard let count = Int(digits), count > 0 else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.map { 1 << (10 * ($0 + 1)) } ?? 1)
    guard !overflow else { return nil }
    self.bytes = bytes
  }

  /// The largest unit that holds it in whole numbers.
  var defaultValueDescription: String {
    for (index, unit) in Self.units.enumerated().reversed() {
      let size = 1 << (10 * (index + 1))
      if bytes >= size, bytes % size == 0 { return "\(bytes / size)\(unit)" }
    }
    return "\(bytes)"
  }

  private static let units = ["K", "M", "G"]
}
