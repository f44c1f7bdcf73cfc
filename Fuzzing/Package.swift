// swift-tools-version: 6.2
import PackageDescription

// The fuzzers of the Parquet reader, in a package of their own: everything here is instrumented for libFuzzer and
// AddressSanitizer, which the product never is. `scripts/prove fuzz` builds and runs them; the sources are the
// project's, through links, and `Targets/Parquet/Probe.swift` gives the fuzzers what is internal to the target.

let instrumented: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-sanitize=fuzzer,address"]),
]

func module(_ name: String, _ ours: [String] = [], path: String? = nil, paths: Bool = false) -> Target {
    .target(
        name: name,
        dependencies: ours.map { .init(stringLiteral: $0) }
            + (paths ? [.product(name: "SystemPackage", package: "swift-system")] : []),
        path: path ?? "Sources/\(name)", swiftSettings: instrumented)
}

func library(_ name: String, pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig)
}

let package = Package(
    name: "fuzzing",
    dependencies: [.package(url: "https://github.com/apple/swift-system", from: "1.8.1")],
    targets: [
        library("CZstd", pkgConfig: "libzstd"),
        library("CDeflate", pkgConfig: "libdeflate"),
        library("CSnappy", pkgConfig: "snappy"),
        library("CLZ4", pkgConfig: "liblz4"),
        library("CBrotli", pkgConfig: "libbrotlidec"),
        library("CCrypto", pkgConfig: "libcrypto"),
        module("Effects", paths: true),
        module("Columnar"),
        module("Checksum", ["CCrypto", "CDeflate"]),
        module("Cryptography", ["CCrypto"]),
        module("Zstandard", ["CZstd"]),
        module("Compression", ["CSnappy", "CLZ4", "CBrotli", "CDeflate"]),
        module(
            "Parquet", ["Columnar", "Effects", "Checksum", "Cryptography", "Zstandard", "Compression"],
            path: "Targets/Parquet", paths: true),
        .executableTarget(
            name: "ParquetFuzzer",
            dependencies: [
                "Parquet", "Columnar", "Effects", "Cryptography",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Targets/ParquetFuzzer", swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=address"]), .linkedLibrary("stdc++")]),
    ]
)
