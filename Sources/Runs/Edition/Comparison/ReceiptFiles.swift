internal import CivilTime
internal import Effects
internal import Lake
internal import Rendering
internal import SystemPackage
internal import Tenancy

/// Where the receipts of a report's editions lie: that of the newest beside its files, those before in folders below.
struct ReceiptFiles {
    let project: Project
    let scope: TenantScope
    let report: ResourceName

    /// The folder of earlier editions' receipts, by the number: `editions/1/receipt.json`.
    static let folder = "editions"

    /// The receipt of the newest edition; nil where there is none.
    func newest(_ period: Period, _ variant: [ResourceName]) throws -> Receipt? {
        try read(project.layout.out(report, period, variant, of: scope).appending(Receipt.fileName))
    }

    /// Keeps the receipt that lies there, before that of a further edition takes its place.
    func keepNewest(_ period: Period, _ variant: [ResourceName], before edition: Int64) throws {
        let store = project.environment.store
        let folder = project.layout.out(report, period, variant, of: scope)
        let path = folder.appending(Receipt.fileName)
        guard let receipt = try read(path), receipt.edition != edition else { return }
        let kept = folder.appending(Self.folder).appending(String(receipt.edition))
        try store.makeFolder(kept)
        try CommittedFile(store: store, random: project.environment.random).commit(
            receipt.bytes, to: kept.appending(Receipt.fileName), replacing: true)
    }

    private func read(_ path: FilePath) throws -> Receipt? {
        let store = project.environment.store
        guard try store.status(of: path) != nil else { return nil }
        let receipt = try Receipt(bytes: try store.contents(of: path, limit: 16 << 20))
        guard receipt.tenant == scope.id.text, receipt.report == report.text else {
            throw Failure(.dataRefused, "\(path) is the receipt of another report", why: "or of another tenant")
        }
        return receipt
    }
}
