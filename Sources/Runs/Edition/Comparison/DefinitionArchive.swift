internal import Checksum
internal import Effects
internal import Lake
internal import Rendering
internal import Report
internal import SystemPackage
internal import Tenancy

/// The definitions that editions were made by: a file for each, named by its hash, so that an edition can be made again
/// and compared after the definitions have changed.
///
/// (1) A file's name is the hash that receipts have. What it holds is checked against it when it is read.
/// (2) It has all files of the platform, because the parts are checked against each other.
struct DefinitionArchive {
    let project: Project

    /// Keeps the definitions of a report, unless they are kept already.
    func keep(_ definitions: PlatformDefinitions, hash: String) throws {
        let store = project.environment.store
        let path = project.layout.definitions(try Self.name(hash))
        guard try store.status(of: path) == nil else { return }
        try store.makeFolder(path.removingLastComponent())
        let files = definitions.sources.map { source in
            CanonicalJSON.object([
                "path": .text(source.path), "text": .text(String(decoding: source.bytes, as: UTF8.self)),
            ])
        }
        let json = CanonicalJSON.object([
            "version": .integer(1), "platform": .text(definitions.platform), "files": .list(files),
        ])
        try CommittedFile(store: store, random: project.environment.random).commit(
            json.bytes, to: path, replacing: true)
    }

    /// The definitions of a hash; nil where they are not kept.
    ///
    /// - Parameters:
    ///   - report: the report that the hash is of.
    ///   - scope: in whose private folder they are laid out to be read.
    /// - Throws: `Failure` where the file is not what its name says.
    func definitions(_ hash: String, of report: String, for scope: TenantScope) throws -> PlatformDefinitions? {
        let store = project.environment.store
        guard let name = try? Self.name(hash) else { return nil }
        let path = project.layout.definitions(name)
        guard try store.status(of: path) != nil else { return nil }
        let (platform, files) = try Self.read(try store.contents(of: path, limit: 64 << 20), path)
        let work = project.layout.work(run: try ResourceName("definitions-\(hash.prefix(32))"), of: scope)
        try store.removeFolder(work)
        defer { try? store.removeFolder(work) }
        let folder = work.appending(try ResourceName(platform).text)
        for (name, text) in files {
            let relative = FilePath(name)
            guard !relative.isAbsolute, relative.components.allSatisfy({ $0.kind == .regular }) else {
                throw Self.damaged(path)
            }
            let target = folder.pushing(relative)
            try store.makeFolder(target.removingLastComponent())
            let file = try store.create(target)
            try file.write(Array(text.utf8).span)
            try file.close()
        }
        let definitions = try PlatformDefinitions(folder: folder, store: store)
        let sources = definitions.sources(of: try definitions.report(report))
        guard RunIdentity.hash(sources.map { (name: $0.path, bytes: $0.bytes) }) == hash else {
            throw Self.damaged(path)
        }
        return definitions
    }

    private static func read(
        _ bytes: [UInt8], _ path: FilePath
    ) throws -> (platform: String, files: [(name: String, text: String)]) {
        guard case .object(let keys) = try CanonicalJSON(bytes: bytes), case .text(let platform)? = keys["platform"],
            case .list(let list)? = keys["files"], keys["version"] == .integer(1)
        else { throw damaged(path) }
        let files = try list.map { item -> (name: String, text: String) in
            guard case .object(let file) = item, case .text(let name)? = file["path"],
                case .text(let text)? = file["text"]
            else { throw damaged(path) }
            return (name, text)
        }
        return (platform, files)
    }

    /// As many digits of the hash as a name may have.
    private static func name(_ hash: String) throws -> ArtefactName { try ArtefactName("\(hash.prefix(48)).json") }

    private static func damaged(_ path: FilePath) -> Failure {
        Failure(
            .dataRefused, "the definitions in \(path) are not those that its name says", why: "the file was changed")
    }
}
