package import CivilTime
internal import Configuration
package import Effects
package import SystemPackage

/// The tenants of a project: `tenants/<id>.yaml`, or the rows of a `TenantQuery`. The only maker of `TenantScope`.
///
/// A file or row that is wrong is an error for its own tenant alone. Files are read when they are asked for, so that opening
/// one tenant of ten thousand reads one file.
package struct TenantDirectory: Sendable {
    private let layout: ProjectLayout
    private let defaults: TenantDefaults
    private let store: any FileStore
    private let zones: ZoneDatabase
    /// The tenants of a query; nil where files list them.
    private let query: TenantQueryReading?

    /// - Parameter query: what lists the tenants in place of files, and who asks it.
    package init(
        layout: ProjectLayout, defaults: TenantDefaults = TenantDefaults(), store: any FileStore, zones: ZoneDatabase,
        query: (query: TenantQuery, rows: TenantRowSource)? = nil
    ) {
        self.layout = layout
        self.defaults = defaults
        self.store = store
        self.zones = zones
        self.query = query.map { TenantQueryReading($0.query, rows: $0.rows, defaults: defaults, zones: zones) }
    }

    /// Opens one tenant.
    ///
    /// - Throws: `unknownTenant` with the nearest name; `configuration` with all that is wrong in its file or row;
    ///   `queryFailed`.
    package func scope(for id: TenantID) throws(TenancyError) -> TenantScope {
        guard let query else { return try scopeOfFile(for: id) }
        try refuseFiles()
        guard let scope = try query.scope(for: id) else { throw unknown(id) }
        return scope
    }

    private func unknown(_ id: TenantID) -> TenancyError {
        let hint = Suggestion.nearest(to: id.text, among: names()).map { "; did you mean '\($0)'?" } ?? ""
        return TenancyError(.unknownTenant, "there is no tenant '\(id)'\(hint)")
    }

    private func scopeOfFile(for id: TenantID) throws(TenancyError) -> TenantScope {
        let path = layout.tenantFile(id)
        let bytes: [UInt8]
        do {
            guard try store.status(of: path) != nil else { throw unknown(id) }
            bytes = try store.contents(of: path, limit: 4 << 20)
        } catch let error as TenancyError {
            throw error
        } catch {
            throw TenancyError(.unreadable, "can't read tenant '\(id)': \(error)")
        }
        do {
            let file = "tenants/\(id).yaml"
            return TenantScope(
                try TenantReader.read(bytes: bytes, file: file, id: id, defaults: defaults, zones: zones))
        } catch {
            throw TenancyError(.configuration, "\(error)")
        }
    }

    /// Opens the tenant of a file that was named, without a project: its defaults are the engine's.
    ///
    /// - Parameter file: `<id>.yaml`; the id inside must be that of the name. It may leave out the database.
    /// - Throws: `invalidName`, `unreadable`, or `configuration` with all that is wrong in the file.
    package static func scope(
        file: FilePath, store: any FileStore, zones: ZoneDatabase
    ) throws(TenancyError) -> TenantScope {
        let id = try TenantID(file.stem ?? "")
        let bytes: [UInt8]
        do {
            bytes = try store.contents(of: file, limit: 4 << 20)
        } catch {
            throw TenancyError(.unreadable, "can't read the tenant's file: \(error)")
        }
        do {
            return TenantScope(
                try TenantReader.read(
                    bytes: bytes, file: file.string, id: id, defaults: TenantDefaults(), zones: zones,
                    needsSource: false))
        } catch {
            throw TenancyError(.configuration, "\(error)")
        }
    }

    /// Opens the tenant of a text that a user wrote.
    ///
    /// - Throws: `invalidName` for `../x` and the like; else as `scope(for:)`.
    package func scope(named text: String) throws(TenancyError) -> TenantScope { try scope(for: TenantID(text)) }

    /// Opens all tenants, in the order of their ids; what is wrong with some does not touch the others.
    ///
    /// - Throws: `unreadable` only if there is no folder of tenants; of a query `queryFailed`, and `configuration` for
    ///   columns that are no keys.
    package func all() throws(TenancyError) -> TenantListing {
        if let query {
            try refuseFiles()
            return try query.all()
        }
        let files: [String]
        do {
            files = try store.names(in: layout.tenants)
        } catch {
            throw TenancyError(.unreadable, "can't list the tenants: \(error)")
        }
        var listing = TenantListing()
        for file in files where !file.hasPrefix(".") {
            if file.hasSuffix(".yml") {
                listing.failures.append(
                    TenantFailure(
                        name: String(file.dropLast(4)),
                        error: TenancyError(.configuration, "tenants/\(file) is not read: rename it to end in .yaml")))
            }
            guard file.hasSuffix(".yaml") else { continue }
            let name = String(file.dropLast(5))
            do {
                listing.scopes.append(try scope(named: name))
            } catch {
                listing.failures.append(TenantFailure(name: ResourceName.shown(name), error: error))
            }
        }
        return listing
    }

    /// A file beside a query would be a tenant that nobody works for.
    private func refuseFiles() throws(TenancyError) {
        let files = ((try? store.names(in: layout.tenants)) ?? []).filter { $0.hasSuffix(".yaml") }
        guard let file = files.first else { return }
        throw TenancyError(
            .configuration,
            "almanac.yaml takes the tenants from a query, but there is tenants/\(ResourceName.shown(file)) as well: "
                + "remove the files, or 'tenants' from almanac.yaml")
    }

    /// The names of all files whose names are ids, sorted; files are not read. Of a query, the ids of the last answer.
    /// For completion and suggestions.
    package func names() -> [String] {
        if let query { return query.names() }
        let files = (try? store.names(in: layout.tenants)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.filter(ResourceName.isValid)
    }
}

/// All tenants of a project.
package struct TenantListing: Sendable {
    /// The tenants that are good, by id.
    package internal(set) var scopes: [TenantScope] = []
    /// The tenants that are not.
    package internal(set) var failures: [TenantFailure] = []
}

/// A tenant that cannot be opened.
package struct TenantFailure: Sendable, Equatable {
    /// The file's name without `.yaml`; not always an id.
    package let name: String
    /// What is wrong.
    package let error: TenancyError

    package init(name: String, error: TenancyError) {
        self.name = name
        self.error = error
    }
}

extension ZoneDatabase {
    /// The zones of a folder, read through a file store.
    ///
    /// - Parameter folder: the value of `TZDIR`, or nil where it is not set.
    package convenience init(folder: String?, store: any FileStore) {
        self.init(folder: folder ?? ZoneDatabase.defaultFolder) { path in
            do throws(FileError) {
                return try store.contents(of: FilePath(path), limit: 4 << 20)
            } catch {
                if error.code == .notFound { return nil }
                throw error
            }
        }
    }
}
