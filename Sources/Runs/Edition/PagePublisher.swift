internal import CivilTime
internal import Effects
internal import Lake
internal import Rendering
internal import Report
internal import SystemPackage
internal import Tenancy

/// Keeps what leads to a tenant's pages: `out/<tenant>/<report>/latest.html`, the newest period's page, and
/// `out/<tenant>/index.html`, the list of all. Both follow from the pages that lie there and can be written anew at any
/// time; no receipt names them.
struct PagePublisher {
    let project: Project
    let scope: TenantScope

    private var store: any FileStore { project.environment.store }

    /// The name of a period's page.
    private static let page = "report.html"
    /// No page of ours is larger; what is, is none of ours.
    private static let pageBytesMax: Int64 = 64 << 20

    func publish(
        _ document: ReportDocument, _ artefacts: [Artefact], _ slug: ResourceName, _ period: Period,
        _ artist: ArtefactMaker, _ text: EngineText
    ) throws {
        let folder = project.layout.out(of: scope)
        let periods = try pages(below: folder.appending(slug.text))
        // Names of periods of one grain sort by time.
        if periods.allSatisfy({ $0 <= period.name }) {
            let links = artefacts.filter { $0.name != Self.page }
                .map { PageLink(name: $0.name, size: $0.size, folder: period.name) }
            let latest = try artist.page(document, links: links, index: "../index.html")
            try write(latest.bytes, to: folder.appending(slug.text).appending("latest.html"))
        }
        let list = try IndexRenderer(texts: text).render(
            try entries(in: folder), tenant: (scope.id.text, document.identity.tenantName),
            presentation: document.presentation, formatter: artist.formatter(document.presentation))
        try write(list, to: folder.appending("index.html"))
    }

    /// Every page of the tenant, by what it says about itself.
    private func entries(in folder: FilePath) throws -> [IndexEntry] {
        var entries: [IndexEntry] = []
        for slug in try folders(in: folder) {
            let report = folder.appending(slug)
            for period in try pages(below: report) {
                let place = report.appending(period)
                let text = try store.contents(of: place.appending(Self.page), limit: Self.pageBytesMax)
                let files = try store.names(in: place).sorted().map { name in
                    PageLink(name: name, size: try store.status(of: place.appending(name))?.size ?? 0)
                }
                let page = String(decoding: text, as: UTF8.self)
                // A page of another tenant has no place in this list, nor one that says it is of another report.
                guard let entry = IndexEntry(page: page, tenant: scope.id.text, files: files), entry.slug == slug,
                    entry.period == period
                else { continue }
                entries.append(entry)
            }
        }
        return entries
    }

    /// The periods of a report that have a page.
    private func pages(below report: FilePath) throws -> [String] {
        try folders(in: report).filter { try store.status(of: report.appending($0).appending(Self.page)) != nil }
    }

    private func folders(in folder: FilePath) throws -> [String] {
        try store.names(in: folder).sorted().filter { try store.status(of: folder.appending($0))?.kind == .folder }
    }

    private func write(_ bytes: [UInt8], to path: FilePath) throws {
        try CommittedFile(store: store, random: project.environment.random).commit(bytes, to: path, replacing: true)
    }
}
