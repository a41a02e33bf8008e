public import ArgumentParser
public import ConnectionTracking
public import Reporting

// The values of options that the libraries define, as they are written on the command line.

extension ReportFormat: ExpressibleByArgument {}
extension StateNames: ExpressibleByArgument {}

extension StackProfile: ExpressibleByArgument {
  public init?(argument: String) {
    guard let profile = Self.all.first(where: { $0.name == argument.lowercased() }) else { return nil }
    self = profile
  }

  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
}

extension EndpointRole: ExpressibleByArgument {
  public init?(argument: String) {
    switch argument.lowercased() {
    case "client": self = .client
    case "server": self = .server
    default: return nil
    }
  }

  public static var allValueStrings: [String] { ["client", "server"] }
}
