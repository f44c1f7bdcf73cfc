// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target. Documentation/Decisions/0002-package-settings.md says why each is there.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A Swift target of ours: one folder in Sources, the arrows of ARCHITECTURE.md as its dependencies.
func module(_ name: String, _ ours: [String] = [], packages: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: ours.map { .init(stringLiteral: $0) } + packages, path: "Sources/\(name)",
        swiftSettings: strict)
}

/// The tests of a target: a folder of the same name in Tests.
func tests(_ name: String, _ others: [String] = [], packages: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: ([name, "AlmanacTesting"] + others).map { .init(stringLiteral: $0) } + packages,
        path: "Tests/\(name)Tests", swiftSettings: strict)
}

/// A C library of the system, imported by its one wrapper target.
func library(_ name: String, pkgConfig: String, debian: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let paths = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "almanac",
    products: [.executable(name: "almanac", targets: ["almanac"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // C libraries: module maps only, and one small C target for what Swift cannot import.
        library("CLibPQ", pkgConfig: "libpq", debian: "libpq-dev"),
        library("CZstd", pkgConfig: "libzstd", debian: "libzstd-dev"),
        library("CDeflate", pkgConfig: "libdeflate", debian: "libdeflate-dev"),
        library("CSnappy", pkgConfig: "snappy", debian: "libsnappy-dev"),
        library("CLZ4", pkgConfig: "liblz4", debian: "liblz4-dev"),
        library("CBrotli", pkgConfig: "libbrotlidec", debian: "libbrotli-dev"),
        library("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
        library("CCairo", pkgConfig: "cairo", debian: "libcairo2-dev"),
        library("CPangoCairo", pkgConfig: "pangocairo", debian: "libpango1.0-dev"),
        library("CXlsxWriter", pkgConfig: "xlsxwriter", debian: "libxlsxwriter-dev"),
        .target(name: "CShims", dependencies: ["CPangoCairo", "CXlsxWriter"], path: "Sources/C/CShims"),

        // The base: imports nothing of ours.
        module("Effects", packages: [paths]),
        module("Columnar"),
        module("CivilTime"),
        module("Configuration", packages: [yams]),
        module("Checksum", ["CCrypto", "CDeflate"]),
        module("Cryptography", ["CCrypto"]),
        module("Formatting", ["Columnar", "CivilTime"]),
        module("Tenancy", ["CivilTime", "Configuration", "Effects"], packages: [paths]),

        // Columnar files and tables.
        module("Zstandard", ["CZstd"]),
        module("Compression", ["CSnappy", "CLZ4", "CBrotli", "CDeflate"]),
        module(
            "Parquet", ["Columnar", "Effects", "Checksum", "Cryptography", "Zstandard", "Compression"],
            packages: [paths]),
        module(
            "Lake", ["Parquet", "Columnar", "Tenancy", "CivilTime", "Effects", "Checksum", "Cryptography"],
            packages: [paths]),

        // SQL over tables and files.
        module("Kernels", ["Columnar", "CivilTime"]),
        module(
            "Query", ["Kernels", "Lake", "Parquet", "Columnar", "CivilTime", "Formatting", "Effects", "Tenancy"],
            packages: [paths]),

        // From Postgres.
        module("PostgresCopy", ["CLibPQ", "Columnar"]),
        module(
            "Extract",
            ["PostgresCopy", "Columnar", "Tenancy", "Configuration", "CivilTime", "Cryptography", "Effects"],
            packages: [paths]),

        // Numbers, documents, pages.
        module("Analytics", ["Query", "Kernels", "Columnar", "CivilTime", "Tenancy"]),
        // Models in SQL: definitions, their graph, computing them.
        module(
            "Models",
            [
                "Analytics", "Query", "Lake", "Columnar", "CivilTime", "Tenancy", "Configuration", "Checksum",
                "Effects",
            ], packages: [paths]),
        module("ChartGrammar", ["Columnar", "CivilTime", "Formatting", "Configuration"]),
        module(
            "Report",
            ["Models", "ChartGrammar", "Formatting", "Columnar", "CivilTime", "Tenancy", "Configuration", "Effects"],
            packages: [mustache, paths]),
        module("PDFCanvas", ["CCairo", "CPangoCairo", "CShims"]),
        module("XLSXWorkbook", ["CXlsxWriter", "CShims"]),
        module(
            "Rendering",
            [
                "Report", "ChartGrammar", "Formatting", "Columnar", "CivilTime", "PDFCanvas", "XLSXWorkbook",
                "Configuration", "Checksum", "Compression", "Zstandard", "Effects",
            ], packages: [paths]),

        // The shell: runs, schedules, the demo, the command line.
        module("Scheduling", ["CivilTime", "Tenancy", "Configuration", "Effects"], packages: [paths]),
        module(
            "Runs",
            [
                "Extract", "Lake", "Query", "Models", "Report", "Rendering", "PDFCanvas", "Scheduling", "Parquet",
                "PostgresCopy",
                "Columnar", "CivilTime", "Tenancy", "Configuration", "Formatting", "Checksum", "Effects",
            ], packages: [grdb, log, paths]),
        module(
            "Demonstration", ["PostgresCopy", "Columnar", "CivilTime", "Tenancy", "Checksum", "Effects"],
            packages: [paths]),
        .executableTarget(
            name: "almanac",
            dependencies: [
                "Runs", "Scheduling", "Query", "Analytics", "Models", "Lake", "Parquet", "Tenancy", "Demonstration",
                "Configuration",
                "CivilTime",
                "ChartGrammar", "Columnar", "Cryptography", "Formatting", "Effects", "PostgresCopy", "Extract",
                "Report",
                "Rendering",
                "PDFCanvas",
                arguments, log,
                paths,
            ], path: "Sources/almanac", swiftSettings: strict),

        // Times for scripts/bench.
        .executableTarget(
            name: "ParquetTiming", dependencies: ["Parquet", "Columnar", "CivilTime", "Effects", paths],
            path: "Sources/ParquetTiming", swiftSettings: strict),

        // Twins of the effects, generators and oracles for the tests.
        module("AlmanacTesting", ["Effects", "Columnar", "CivilTime"], packages: [paths]),
        tests("Effects", packages: [paths]),
        tests("Columnar"),
        tests("CivilTime"),
        tests("Configuration", ["Effects"]),
        tests("Checksum"),
        tests("Cryptography"),
        tests("Formatting", ["Columnar", "CivilTime"]),
        tests("Tenancy", ["Effects", "CivilTime", "Configuration"], packages: [paths]),
        tests("Parquet", ["Columnar", "Effects", "Checksum", "Cryptography", "Zstandard"], packages: [paths]),
        tests("Kernels", ["Columnar", "CivilTime"]),
        tests(
            "Query", ["Kernels", "Lake", "Parquet", "Columnar", "CivilTime", "Effects", "Formatting"],
            packages: [paths]),
        tests(
            "Lake", ["Parquet", "Columnar", "Effects", "Tenancy", "CivilTime", "Checksum", "Cryptography"],
            packages: [paths]),
        // What the lake's proofs run: Proofs/lake-*.
        .executableTarget(
            name: "LakeProof",
            dependencies: ["AlmanacTesting", "Lake", "Parquet", "Columnar", "CivilTime", "Tenancy", "Effects", paths],
            path: "Tests/LakeProof", swiftSettings: strict),
        tests("PostgresCopy", ["Columnar"]),
        tests(
            "Extract", ["PostgresCopy", "Columnar", "Tenancy", "Configuration", "CivilTime", "Effects"],
            packages: [paths]),
        tests(
            "Analytics", ["Query", "Kernels", "Parquet", "Columnar", "CivilTime", "Tenancy", "Effects"],
            packages: [paths]),
        tests(
            "Models",
            [
                "Query", "Analytics", "Lake", "Parquet", "Columnar", "CivilTime", "Tenancy", "Configuration", "Effects",
            ], packages: [paths]),
        tests("ChartGrammar", ["Columnar", "CivilTime", "Formatting", "Configuration"]),
        tests(
            "Report",
            [
                "Models", "ChartGrammar", "Formatting", "Columnar", "CivilTime", "Effects", "Configuration", "Tenancy",
            ],
            packages: [paths]),
        tests(
            "Rendering",
            [
                "Report", "ChartGrammar", "Formatting", "Columnar", "CivilTime", "Effects", "PDFCanvas", "XLSXWorkbook",
                "Configuration",
            ],
            packages: [paths]),
        tests("Scheduling", ["CivilTime", "Tenancy", "Configuration", "Effects"], packages: [paths]),
        tests(
            "Runs",
            [
                "Extract", "Lake", "Query", "Models", "Report", "Rendering", "Scheduling", "Parquet", "PostgresCopy",
                "Columnar", "CivilTime", "Tenancy", "Configuration", "Formatting", "Checksum", "Effects",
                "Demonstration",
            ], packages: [grdb, paths]),
        tests("Demonstration", ["PostgresCopy", "Columnar", "CivilTime", "Effects", "Tenancy"], packages: [paths]),
    ]
)
