// swift-tools-version: 6.2
import PackageDescription

/// The same strictness for every target: Swift 6 mode, unsafe code marked, no warning left standing.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
]

let package = Package(
  name: "wirestat",
  products: [
    .executable(name: "wirestat", targets: ["wirestat"]),
    .library(name: "PacketDecoding", targets: ["PacketDecoding"]),
    .library(name: "PacketCapture", targets: ["PacketCapture"]),
    .library(name: "ConnectionTracking", targets: ["ConnectionTracking"]),
    .library(name: "Anomalies", targets: ["Anomalies"]),
    .library(name: "Reporting", targets: ["Reporting"]),
    .library(name: "Pipeline", targets: ["Pipeline"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Imports point down only; Tests/LayeringTests holds the sources to it.
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .target(name: "CMemory"),
    .target(name: "PacketDecoding", swiftSettings: settings),
    .target(name: "PacketCapture", dependencies: ["CPcap", "PacketDecoding"], swiftSettings: settings),
    .target(
      name: "ConnectionTracking",
      dependencies: [
        "CMemory", "PacketDecoding",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ], swiftSettings: settings),
    .target(name: "Anomalies", dependencies: ["PacketDecoding", "ConnectionTracking"], swiftSettings: settings),
    .target(
      name: "Reporting",
      dependencies: ["PacketDecoding", "ConnectionTracking", "Anomalies"], exclude: ["Schema"],
      swiftSettings: settings),
    .target(
      name: "Pipeline",
      dependencies: ["PacketDecoding", "PacketCapture", "ConnectionTracking", "Anomalies", "Reporting"],
      swiftSettings: settings),
    .executableTarget(
      name: "wirestat",
      dependencies: [
        "PacketDecoding", "PacketCapture", "ConnectionTracking", "Anomalies", "Reporting", "Pipeline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: settings),

    // Not installed: records what the kernel's own sockets did, and grades what is inferred by it.
    .target(
      name: "GroundTruth", dependencies: ["PacketDecoding", "ConnectionTracking", "Anomalies"],
      swiftSettings: settings),
    .target(name: "CLaboratory"),
    .executableTarget(
      name: "laboratory",
      dependencies: [
        "CLaboratory", "GroundTruth", "Anomalies", "PacketDecoding",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Sources/Laboratory", swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["PacketDecoding", "ConnectionTracking"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(name: "LayeringTests", swiftSettings: settings),
    .testTarget(
      name: "PacketDecodingTests", dependencies: ["PacketDecoding", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "PacketCaptureTests", dependencies: ["PacketCapture", "PacketDecoding", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ConnectionTrackingTests",
      dependencies: ["ConnectionTracking", "PacketCapture", "PacketDecoding", "TestSupport"],
      exclude: ["Snapshots"], swiftSettings: settings),
    .testTarget(
      name: "AnomaliesTests",
      dependencies: ["Anomalies", "ConnectionTracking", "GroundTruth", "PacketDecoding", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Reporting", "Anomalies", "ConnectionTracking", "PacketDecoding", "TestSupport"],
      exclude: ["Snapshots"], swiftSettings: settings),
    .testTarget(
      name: "PipelineTests",
      dependencies: ["Pipeline", "Reporting", "Anomalies", "ConnectionTracking", "PacketDecoding", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "LaboratoryTests", dependencies: ["laboratory", "GroundTruth", "PacketDecoding"], swiftSettings: settings),
    .testTarget(
      name: "GroundTruthTests", dependencies: ["GroundTruth", "Anomalies", "ConnectionTracking", "PacketDecoding"],
      swiftSettings: settings),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "wirestat", "PacketCapture", "PacketDecoding", "TestSupport",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], exclude: ["Snapshots"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
