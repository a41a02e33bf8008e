// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of wirestat never build it. From this directory, with the sanitizers that the
// Swift toolchain brings along:
//
//   swift build -c release --sanitize address
//   .build/release/seeds corpus
//   .build/release/fuzz-decoder -runs=1000000 corpus/decoder
//
// The modules are those of the package above, by links to its sources: compiled here once more, so that libFuzzer sees
// which of their branches an input takes.

/// What the sources need of the settings above.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
/// Counters at every branch, for libFuzzer to follow.
let instrumented = settings + [.unsafeFlags(["-sanitize=fuzzer"])]
/// libFuzzer itself. lld, since the gold linker cannot place its and Swift's `main`.
let fuzzer: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]

let package = Package(
  name: "Fuzzing",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "PacketDecoding", path: "Project/PacketDecoding", swiftSettings: instrumented),
    .target(name: "CMemory", path: "Project/CMemory"),
    .target(
      name: "ConnectionTracking",
      dependencies: [
        "CMemory", "PacketDecoding",
        .product(name: "BasicContainers", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
      ], path: "Project/ConnectionTracking", swiftSettings: instrumented),
    .target(
      name: "TestSupport", dependencies: ["PacketDecoding", "ConnectionTracking"], path: "TestSupport",
      swiftSettings: settings),

    .systemLibrary(name: "CPcap", path: "Project/CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .target(
      name: "PacketCapture", dependencies: ["CPcap", "PacketDecoding"], path: "Project/PacketCapture",
      swiftSettings: instrumented),
    .target(
      name: "Anomalies", dependencies: ["PacketDecoding", "ConnectionTracking"], path: "Project/Anomalies",
      swiftSettings: instrumented),
    .target(
      name: "Reporting", dependencies: ["PacketDecoding", "ConnectionTracking", "Anomalies"],
      path: "Project/Reporting", exclude: ["Schema"], swiftSettings: instrumented),
    .target(
      name: "Pipeline",
      dependencies: ["PacketDecoding", "PacketCapture", "ConnectionTracking", "Anomalies", "Reporting"],
      path: "Project/Pipeline", swiftSettings: instrumented),
    // The command without its entry point, so that it runs in the fuzzer's process.
    .target(
      name: "wirestat",
      dependencies: [
        "PacketDecoding", "PacketCapture", "ConnectionTracking", "Anomalies", "Reporting", "Pipeline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], path: "Project/wirestat", exclude: ["Wirestat.swift"],
      swiftSettings: instrumented + [.unsafeFlags(["-enable-testing"])]),

    .target(name: "LibFuzzer"),
    .executableTarget(
      name: "fuzz-decoder", dependencies: ["LibFuzzer", "TestSupport"], path: "Sources/FuzzDecoder",
      swiftSettings: settings, linkerSettings: fuzzer),
    .executableTarget(
      name: "fuzz-tracker", dependencies: ["LibFuzzer", "TestSupport"], path: "Sources/FuzzTracker",
      swiftSettings: settings, linkerSettings: fuzzer),
    .executableTarget(
      name: "fuzz-file",
      dependencies: [
        "LibFuzzer", "PacketCapture", "PacketDecoding", "TestSupport", "wirestat",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Sources/FuzzFile", swiftSettings: settings, linkerSettings: fuzzer),
    .executableTarget(
      name: "seeds", dependencies: ["PacketCapture", "PacketDecoding", "TestSupport"], path: "Sources/Seeds",
      swiftSettings: settings, linkerSettings: fuzzer),
  ],
  swiftLanguageModes: [.v6]
)
