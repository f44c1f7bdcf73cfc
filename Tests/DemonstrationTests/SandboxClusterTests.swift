import Demonstration
import Effects
import SystemPackage
import Testing

@Suite(.enabled(if: Fixtures.hasPostgres, "no Postgres server is installed"), .serialized)
struct SandboxClusterTests {
    private let files = DiskFileStore()

    @Test func answersThroughSocketAndPortAndLeavesNothing() throws {
        let home = Fixtures.scratch()
        let cluster = try SandboxCluster(home: home, retention: .thrownAway)
        let (socket, port) = try cluster.withRunning { running throws in
            #expect(try running.rows("SELECT 1 + 1, NULL, 'a'", database: "postgres") == [["2", "", "a"]])
            #expect(try running.rows("SHOW server_encoding", database: "postgres") == [["UTF8"]])
            #expect(try running.rows("SHOW lc_collate", database: "postgres") == [["C.UTF-8"]])
            #expect(try Fixtures.ask(running.socketURL(database: "postgres"), "SELECT 7").text == "7\n")
            return (running.socketFolder, running.port)
        }
        #expect(try files.status(of: home) == nil)
        #expect(try files.status(of: socket) == nil)
        #expect(try !Fixtures.ask("postgresql://postgres@127.0.0.1:\(port)/postgres", "SELECT 1").isAnswered)
    }

    @Test(arguments: ["with space and 'quotes'", "$(touch x) `y` \\ \"z\"", String(repeating: "long-", count: 30)])
    func awkwardFoldersWorkToo(name: String) throws {
        let root = Fixtures.scratch()
        defer { try? files.removeFolder(root) }
        let cluster = try SandboxCluster(home: root.appending(name), retention: .thrownAway)
        let socket = try cluster.withRunning { running throws in
            #expect(try Fixtures.ask(running.socketURL(database: "postgres"), "SELECT 7").text == "7\n")
            return running.socketFolder
        }
        #expect(try files.names(in: root) == [])
        #expect(try files.status(of: socket) == nil)
    }

    @Test func portNeedsThePassword() throws {
        try Fixtures.withCluster { running throws in
            try running.execute(
                "CREATE ROLE reader LOGIN PASSWORD 'right';", database: "postgres", to: "make a role")
            let right = running.url(role: "reader", password: "right", database: "postgres")
            let wrong = running.url(role: "reader", password: "wrong", database: "postgres")
            #expect(try Fixtures.ask(right, "SELECT 1").isAnswered)
            #expect(try !Fixtures.ask(wrong, "SELECT 1").isAnswered)
            // The superuser has no password, and so cannot come in through the port at all.
            let superuser = running.url(role: RunningCluster.superuser, password: "", database: "postgres")
            #expect(try !Fixtures.ask(superuser, "SELECT 1").isAnswered)
        }
    }

    @Test func stopsWhenTheWorkThrows() throws {
        let home = Fixtures.scratch()
        var port = 0
        #expect(throws: DeliberateFailure.self) {
            try SandboxCluster(home: home, retention: .thrownAway).withRunning { running throws in
                port = running.port
                throw DeliberateFailure()
            }
        }
        #expect(try files.status(of: home) == nil)
        #expect(try !Fixtures.ask("postgresql://postgres@127.0.0.1:\(port)/postgres", "SELECT 1").isAnswered)
    }

    @Test func keepsItsDataAndStopsALeftOverServer() throws {
        let home = Fixtures.scratch()
        let kept = try SandboxCluster(home: home, retention: .kept)
        defer { try? kept.remove() }
        let server = try kept.withRunning { running throws in
            try running.execute("CREATE TABLE t AS SELECT 42 AS n;", database: "postgres", to: "make a table")
            return running.socketFolder
        }
        // A server that a killed run has left: started by hand, on the same data.
        let installation = try #require(PostgresInstallation.newest(on: Machine()))
        let start = [
            "env", "--chdir=/", installation.program("pg_ctl"), "-D", server.appending("data").string, "-l",
            server.appending("log").string, "-w", "-s", "start",
        ]
        let account =
            kept.account == .ourselves ? [] : ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        let words = account + start
        #expect(try SystemProcessRunner().run(ProcessCommand(words[0], Array(words.dropFirst()))).exitCode == 0)
        let pid = try files.text(of: server.appending("data").appending("postmaster.pid")).prefix { $0 != "\n" }
        try kept.withRunning { running throws in
            #expect(try running.rows("SELECT n FROM t", database: "postgres") == [["42"]])
            let newPid = try files.text(of: server.appending("data").appending("postmaster.pid")).prefix { $0 != "\n" }
            #expect(newPid != pid)
        }
        #expect(try files.status(of: server.appending("data").appending("postmaster.pid")) == nil)
        try kept.remove()
        #expect(try files.status(of: home) == nil && files.status(of: server) == nil)
    }

    @Test func failingScriptHasNoEffectAndNamesNoValues() throws {
        try Fixtures.withCluster { running throws in
            let script = "CREATE TABLE t (n int);\nCOPY t FROM STDIN;\n1\nsecret-value\n\\.\n"
            let error = #expect(throws: DemonstrationError.self) {
                try running.execute(script, database: "postgres", to: "load t")
            }
            #expect(error?.code == .statementFailed)
            #expect(error?.why.contains("22P02") == true)
            #expect(error?.description.contains("secret-value") == false)
            #expect(try running.rows("SELECT to_regclass('t') IS NULL", database: "postgres") == [["t"]])
        }
    }

    @Test func withoutAServerTheErrorNamesThePackage() throws {
        #expect(PostgresInstallation.newest(on: Machine(), root: "/nonexistent") == nil)
        #expect(throws: DemonstrationError.self) {
            try SandboxCluster(home: "relative/path", retention: .kept)
        }
    }
}
