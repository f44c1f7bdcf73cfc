import Foundation

/// Numbers that we did not write: Tests/Fixtures/Analytics/README.md says where each file is from.
enum AnalyticsFixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/Analytics")

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// The rows of a CSV file without quotes, behind its head.
    static func rows(_ name: String) throws -> [[String]] {
        let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// A column of doubles of a CSV file.
    static func doubles(_ name: String, _ column: Int = 0) throws -> [Double] {
        try rows(name).map { Double($0[column]) ?? .nan }
    }
}
