// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of wirestat never build it. From this directory:
//
//   swift run -c release benchmarks --scale 0.1
//
// It wants the tool built in release mode: swift build -c release in the package above.

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
  targets: [
    .target(name: "Floor", linkerSettings: [.linkedLibrary("pcap")]),
    .executableTarget(
      name: "benchmarks",
      dependencies: ["Floor", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/Benchmarks"),
  ],
  swiftLanguageModes: [.v6]
)
