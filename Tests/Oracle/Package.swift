// swift-tools-version: 6.2
import PackageDescription

// A package of its own, since it goes when the move of the core is done. From this directory:
//
//   swift build -c release
//   .build/release/oracle captures ../../captures
//   .build/release/oracle fuzz 1000000 1 --jobs 1 ../../captures
//   .build/release/oracle input HEX           what an input is that fuzzing found, and all that differs
//
// The modules are those of the package above, by links to its sources: `package` names are then the same package's.

/// What the sources need of the settings above.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let tracking: [Target.Dependency] = [
  "CMemory", "PacketDecoding",
  .product(name: "BasicContainers", package: "swift-collections"),
  .product(name: "DequeModule", package: "swift-collections"),
  .product(name: "HeapModule", package: "swift-collections"),
]

let package = Package(
  name: "Oracle",
  dependencies: [.package(url: "https://github.com/apple/swift-collections", from: "1.6.0")],
  targets: [
    .target(name: "PacketDecoding", path: "Project/PacketDecoding", swiftSettings: settings),
    .target(name: "CMemory", path: "Project/CMemory"),
    .systemLibrary(name: "CPcap", path: "Project/CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .target(
      name: "PacketCapture", dependencies: ["CPcap", "PacketDecoding"], path: "Project/PacketCapture",
      swiftSettings: settings),

    .target(
      name: "ConnectionTracking", dependencies: tracking, path: "Project/ConnectionTracking", swiftSettings: settings),
    // The same as it was before the move.
    .target(name: "OldTracking", dependencies: tracking, path: "OldTracking", swiftSettings: settings),

    .target(name: "Inputs", dependencies: ["PacketDecoding", "ConnectionTracking"], swiftSettings: settings),
    // The same files twice, by links, and a file of names each.
    .target(
      name: "OldSide", dependencies: ["Inputs", "PacketDecoding", "OldTracking"],
      swiftSettings: settings + [.define("OLD")]),
    .target(
      name: "NewSide", dependencies: ["Inputs", "PacketDecoding", "ConnectionTracking"], swiftSettings: settings),
    .executableTarget(
      name: "oracle", dependencies: ["Inputs", "OldSide", "NewSide", "PacketCapture", "PacketDecoding"],
      path: "Sources/Oracle", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
