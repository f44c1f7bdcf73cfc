import CivilTime
import Effects
import Foundation
import SystemPackage
import Tenancy

/// A folder for one test, removed with it; everything goes through the real file store.
final class TestFolder {
    let path: FilePath
    let store = DiskFileStore()

    init() throws {
        let random = String(SystemRandom().nextBits(), radix: 36)
        path = FilePath(NSTemporaryDirectory()).appending("almanac-tenancy-\(random)")
        try store.makeFolder(path)
    }

    deinit { try? store.removeFolder(path) }

    /// Writes a file, its folders included.
    func write(_ text: String, to name: String) throws {
        let file = path.pushing(FilePath(name))
        try store.makeFolder(file.removingLastComponent())
        try? store.remove(file)
        let written = try store.create(file)
        try written.write(Array(text.utf8).span)
        try written.close()
    }
}

let zones = ZoneDatabase(folder: ProcessInfo.processInfo.environment["TZDIR"], store: DiskFileStore())

/// A tenant's file as joints between people fix it.
func tenantFile(_ id: String, _ changes: [(String, String)] = []) -> String {
    var text = """
        version: 1
        id: \(id)
        platform: hustlex
        name: Lagos Circle
        source: { url: env:HUSTLEX_URL, isolation: rls, key: "4711", setting: app.tenant_id }
        calendar: { timezone: Africa/Lagos, week_start: monday, fiscal_year_start: 01-01, holidays: [2026-12-25] }
        locale: en-NG
        currency: NGN
        brand: { color: "#173F66", logo: brands/lagos-circle/logo.svg }
        reports: ["*"]
        limits: { memory_mib: 512, seconds: 900, rows: 200000000 }
        retention: { raw_days: 800, artefacts_days: 400 }

        """
    for (old, new) in changes { text = text.replacing(old, with: new) }
    return text
}
