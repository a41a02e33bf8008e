// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of wirestat never build it. From the checkout:
//
//   swift run -c release --package-path Tests/Benchmarks benchmarks --scale 0.1

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
  targets: [
    .executableTarget(name: "floor", path: "Sources/Floor", linkerSettings: [.linkedLibrary("pcap")]),
    .executableTarget(name: "stopwatch", path: "Sources/Stopwatch"),
    .executableTarget(
      name: "benchmarks",
      dependencies: ["floor", "stopwatch", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/Benchmarks"),
  ],
  swiftLanguageModes: [.v6]
)
