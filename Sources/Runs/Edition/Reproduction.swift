internal import Checksum
internal import CivilTime
internal import Columnar
internal import Effects
internal import Lake
internal import Rendering
internal import Report
package import SystemPackage
internal import Tenancy

/// Makes an edition again from its receipt, and compares every byte.
package struct Reproduction {
    /// What became of one artefact.
    package struct Comparison: Sendable, Equatable {
        /// The file's name.
        package let name: String
        /// The SHA-256 in the receipt.
        package let expected: String
        /// The SHA-256 of the bytes that were made now; nil where this edition of the engine did not make it.
        package let found: String?
        /// Whether they are the same bytes.
        package var isSame: Bool { expected == found }
    }

    private let project: Project

    package init(in project: Project) { self.project = project }

    /// - Parameters:
    ///   - path: the receipt.
    ///   - folder: where the files are written as well; nil compares only.
    /// - Throws: `Failure` where what the receipt names is not there any more, or the definition is another now.
    package func run(_ path: FilePath, writingTo folder: FilePath? = nil) throws(Failure) -> [Comparison] {
        do {
            let receipt = try Receipt(bytes: try project.environment.store.contents(of: path, limit: 16 << 20))
            let scope = try project.tenants.scope(named: receipt.tenant)
            try checkEngine(receipt)
            let recall = try EditionRecall(receipt, project, scope)
            try check(receipt, scope)
            let artefacts = try artefacts(recall, scope)
            if let folder { try write(artefacts, to: folder) }
            return receipt.artefacts.map { file in
                Comparison(
                    name: file.name, expected: file.sha256,
                    found: artefacts.first { $0.name == file.name }?.sha256.description)
            }
        } catch {
            throw Failure(classifying: error, doing: "reproduce \(path)")
        }
    }

    /// Refuses what cannot give the same bytes, by name.
    private func checkEngine(_ receipt: Receipt) throws {
        guard receipt.engine != "almanac \(EngineVersion.text)" else { return }
        throw refuse("it was made by \(receipt.engine), and this is almanac \(EngineVersion.text)")
    }

    private func check(_ receipt: Receipt, _ scope: TenantScope) throws {
        let tenant = scope.tenant
        guard receipt.locale == tenant.locale, receipt.currency == tenant.currency else {
            throw refuse("the tenant's locale or currency has changed since")
        }
        for table in receipt.tables { try check(table, of: scope) }
    }

    private func refuse(_ what: String) -> Failure {
        Failure(.dataRefused, "this edition can't be made again", why: what)
    }

    private func check(_ table: Receipt.Table, of scope: TenantScope) throws {
        let parts = table.name.split(separator: "/").map(String.init)
        guard parts.count == 2, let kind = TableAddress.Kind(rawValue: parts[0]) else {
            throw Failure(.dataRefused, "the receipt names '\(table.name)', which is no table")
        }
        let address = TableAddress(kind, try ResourceName(parts[1]), of: scope, in: project.layout)
        let files = try project.table(address).snapshot(at: .version(table.version)).files
        guard files.map(\.sha256) == table.files.map(\.sha256) else {
            throw Failure(
                .dataRefused, "version \(table.version) of \(address) is not the one that the receipt names",
                why: "its files have other hashes")
        }
    }

    private func artefacts(_ recall: EditionRecall, _ scope: TenantScope) throws -> [Artefact] {
        let receipt = recall.receipt
        let document = try recall.document()
        let isTenants = receipt.subject == nil && receipt.parameters.isEmpty
        let artist = try ArtefactMaker(project, text: recall.maker.text)
        let formats = ArtefactFormat.allCases.filter { format in receipt.artefacts.contains { format.covers($0.name) } }
        let store = project.environment.store
        let work = project.layout.work(run: try ResourceName("reproduce-\(receipt.run)"), of: scope)
        try store.removeFolder(work)
        try store.makeFolder(work)
        defer { try? store.removeFolder(work) }
        return try artist.artefacts(
            of: document, formats, folder: work, index: isTenants ? ArtefactMaker.index : nil)
    }

    private func write(_ artefacts: [Artefact], to folder: FilePath) throws {
        let store = project.environment.store
        try store.makeFolder(folder)
        for artefact in artefacts {
            let name = try ArtefactName(artefact.name).text
            try CommittedFile(store: store, random: project.environment.random).commit(
                artefact.bytes, to: folder.appending(name), replacing: true)
        }
    }
}
