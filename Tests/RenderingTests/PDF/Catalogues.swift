import Effects
import Foundation
import Report
import SystemPackage

/// The catalogues that the project ships.
enum Catalogues {
    /// The words of a locale: those of its language where there is a file, else English.
    static func texts(_ locale: String) throws -> EngineText {
        let folder = Snapshots.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Templates/text")
        for name in [locale, String(locale.prefix { $0 != "-" })] {
            let file = folder.appending(path: "\(name).yaml")
            guard FileManager.default.fileExists(atPath: file.path()) else { continue }
            return try EngineText(bytes: Array(Data(contentsOf: file)), file: "\(name).yaml")
        }
        return .english
    }
}

/// Files to look at: with ALMANAC_SAMPLES=FOLDER the tests leave what they render there.
enum Samples {
    static func keep(_ bytes: [UInt8], _ name: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["ALMANAC_SAMPLES"], !folder.isEmpty else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: folder).appending(path: name))
    }
}
