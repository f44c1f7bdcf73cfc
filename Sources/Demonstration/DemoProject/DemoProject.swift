internal import Effects
package import SystemPackage

/// Writes the demonstration's project folder: `almanac.yaml`, `tenants/`, and copies of `Reports/`, `Templates/` and
/// `cron/`.
///
/// A second time, nothing that a person has changed is overwritten. What was written is kept beside it in
/// `.demo/written/`: a file is replaced only if it is still as we wrote it, and a tenant's file of an earlier run that
/// no longer has a tenant is removed under the same condition.
package struct DemoProject: Sendable {
    /// What writing did.
    package struct Outcome: Sendable, Equatable {
        /// Files that were written or replaced, relative to the project folder.
        package var written: [String] = []
        /// Files that a person has changed and that were left as they are.
        package var kept: [String] = []

        package init(written: [String] = [], kept: [String] = []) {
            self.written = written
            self.kept = kept
        }
    }

    /// The project folder.
    package let folder: FilePath
    private let machine: Machine
    /// What is copied from the resources folder.
    private static let copied = ["Reports", "Templates", "cron"]

    package init(folder: FilePath, machine: Machine = Machine()) {
        self.folder = folder
        self.machine = machine
    }

    /// The home of the project's private cluster.
    package var clusterHome: FilePath { folder.appending(".postgres") }

    /// Makes the folder and its first mark, so that the cluster's home can be made in it. Nothing happens where it is
    /// there already.
    ///
    /// - Throws: `projectInvalid` where the folder holds something else.
    package func prepare() throws {
        if try machine.files.status(of: written) != nil { return }
        if try machine.files.status(of: folder) != nil, try !machine.files.names(in: folder).isEmpty {
            throw DemonstrationError(
                .projectInvalid, "make the demo in \(folder)",
                why: "the folder holds something that `almanac demo` did not make", advice: "name another folder")
        }
        try machine.files.makeFolder(written)
        // The account that runs the cluster, when we are root, may pass through the folder and no more.
        _ = try machine.processes.run(ProcessCommand("chmod", ["0711", folder.string]))
    }

    /// Writes the project.
    ///
    /// - Parameter resources: the folder that holds `Reports/`, `Templates/` and `cron/`.
    /// - Throws: `projectInvalid` where the resources are not there or the folder holds something else, `FileError`.
    package func write(_ tenants: [DemoTenant], resources: FilePath) throws -> Outcome {
        var files = ["almanac.yaml": Array(Self.settings.utf8)]
        for tenant in tenants { files["tenants/\(tenant.id).yaml"] = Array(tenant.definition.utf8) }
        for name in Self.copied {
            guard try machine.files.status(of: resources.appending(name))?.kind == .folder else {
                throw DemonstrationError(
                    .projectInvalid, "write the demo project in \(folder)",
                    why: "there is no folder \(name) in \(resources)",
                    advice: "run it from the folder of Almanac's sources")
            }
            try collect(FilePath(name), of: resources, into: &files)
        }
        try prepare()
        var outcome = Outcome()
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) { try write(bytes, to: path, noting: &outcome) }
        try removeTenants(except: Set(tenants.map { "\($0.id).yaml" }))
        return outcome
    }

    /// Removes what the demonstration made: the cluster with its data and the whole project folder.
    ///
    /// - Throws: `projectInvalid` where the folder is not one that `write` made, `busy` where a demo is running in it.
    package func remove() throws {
        guard try machine.files.status(of: folder) != nil else { return }
        guard try machine.files.status(of: written) != nil else {
            throw DemonstrationError(
                .projectInvalid, "remove \(folder)", why: "it was not made by `almanac demo`",
                advice: "look at it and remove it yourself")
        }
        if try machine.files.status(of: clusterHome) != nil {
            try SandboxCluster(home: clusterHome, retention: .thrownAway, machine: machine).remove()
        }
        try machine.files.removeFolder(folder)
    }

    private var written: FilePath { folder.appending(".demo").appending("written") }

    private func collect(_ path: FilePath, of root: FilePath, into files: inout [String: [UInt8]]) throws {
        for name in try machine.files.names(in: root.pushing(path)) where !name.hasPrefix(".") {
            let child = path.appending(name)
            switch try machine.files.status(of: root.pushing(child))?.kind {
            case .folder: try collect(child, of: root, into: &files)
            case .file: files[child.string] = try contents(of: root.pushing(child))
            default: break
            }
        }
    }

    private func write(_ bytes: [UInt8], to path: String, noting outcome: inout Outcome) throws {
        let target = folder.pushing(FilePath(path))
        let original = written.pushing(FilePath(path))
        let present = try contents(of: target)
        let previous = try contents(of: original)
        if let present, present != bytes, present != previous {
            outcome.kept.append(path)
            return
        }
        if present != bytes { outcome.written.append(path) }
        // The note last: after a crash between the two the file is as it should be, and only the note is made up for.
        for (file, old) in [(target, present), (original, previous)] where old != bytes {
            try machine.files.makeFolder(file.removingLastComponent())
            try CommittedFile(store: machine.files, random: machine.random).commit(bytes, to: file, replacing: true)
        }
    }

    private func removeTenants(except names: Set<String>) throws {
        for name in try machine.files.names(in: written.appending("tenants")) where !names.contains(name) {
            let original = written.appending("tenants").appending(name)
            let target = folder.appending("tenants").appending(name)
            if let present = try contents(of: target), present == (try contents(of: original)) {
                try machine.files.remove(target)
            }
            try machine.files.remove(original)
        }
    }

    private func contents(of path: FilePath) throws -> [UInt8]? {
        try machine.files.status(of: path)?.kind == .file ? try machine.files.contents(of: path, limit: 16 << 20) : nil
    }

    private static let settings = """
        # The demo project of Almanac. Made by `almanac demo`; change what you like, your changes are kept.
        version: 1
        lake: lake
        state: state
        out: out

        """
}
