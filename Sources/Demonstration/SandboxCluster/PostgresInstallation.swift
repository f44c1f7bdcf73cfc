internal import Effects
package import SystemPackage

/// A Postgres server that is installed on this machine, as Debian lays it out: `/usr/lib/postgresql/15/bin`.
package struct PostgresInstallation: Sendable, Equatable {
    /// The major version.
    package let version: Int
    /// The folder of `initdb`, `pg_ctl`, `postgres` and `psql`.
    package let programs: FilePath

    package init(version: Int, programs: FilePath) {
        self.version = version
        self.programs = programs
    }

    /// Where Debian puts them, a folder for each major version.
    package static let debianRoot: FilePath = "/usr/lib/postgresql"
    /// What a cluster needs. A folder with a client alone has `psql` only.
    private static let needed = ["initdb", "pg_ctl", "postgres", "psql"]

    /// The newest whole installation under a root, nil where there is none.
    package static func newest(on machine: Machine, root: FilePath = debianRoot) -> PostgresInstallation? {
        let names = (try? machine.files.names(in: root)) ?? []
        let versions = names.compactMap { Int($0) }.sorted(by: >)
        return versions.lazy
            .map { PostgresInstallation(version: $0, programs: root.appending("\($0)").appending("bin")) }
            .first { found in
                needed.allSatisfy { (try? machine.files.status(of: found.programs.appending($0))) ?? nil != nil }
            }
    }

    /// The path of one of the programs.
    package func program(_ name: String) -> String { programs.appending(name).string }
}
