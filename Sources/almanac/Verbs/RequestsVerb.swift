internal import ArgumentParser
internal import Effects
internal import Runs
internal import Synchronization
internal import Tenancy

struct RequestsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "Answer the requests for reports that stand in tenants' own tables.",
        discussion: """
            Reports/<platform>/requests.yaml says which table, and what its columns and words mean; a tenant's file has the \
            role: requests: { url: env:…, results: https://files.example/ }. That role reads and changes this table and \
            writes nothing else. `almanac tick` answers requests too.

            Examples:
              almanac requests list
              almanac requests answer --tenant acme
              almanac requests answer --every 5
            """, subcommands: [List.self, Answer.self])
}

extension RequestsVerb {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How many requests wait, and how many are worked on.")

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "Only this tenant; may be given several times.")
        var tenant: [String] = []

        func run() throws {
            let project = try location.open(common)
            let (desk, scopes) = try RequestsVerb.open(project, tenant, common)
            var queues: [RequestQueue] = []
            for scope in scopes { queues += try desk.queues(of: scope) }
            if common.json {
                return try common.console.answer(json: ListAnswer(queues: queues.map(ListAnswer.Line.init)))
            }
            guard !queues.isEmpty else { return common.console.note(RequestsVerb.nothing) }
            var table = TextTable([
                ("TENANT", .left), ("REQUESTS", .left), ("REPORT", .left), ("WAITING", .right), ("WORKED ON", .right),
            ])
            for queue in queues {
                table.add([queue.tenant, queue.contract, queue.report, "\(queue.pending)", "\(queue.working)"])
            }
            common.console.answer(table.lines.joined(separator: "\n"))
        }

        private struct ListAnswer: Encodable {
            struct Line: Encodable {
                let tenant: String
                let requests: String
                let report: String
                let waiting: Int64
                let working: Int64

                init(_ queue: RequestQueue) {
                    (tenant, requests, report) = (queue.tenant, queue.contract, queue.report)
                    (waiting, working) = (queue.pending, queue.working)
                }
            }

            let queues: [Line]
        }
    }

    struct Answer: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer all requests that wait, oldest first.",
            discussion: """
                A request that a process left behind is taken up again; one that cannot be answered is FAILED with the reason.

                Exit codes: 0 all answered; 1 some failed or wait again; 75 and others where a tenant can't be looked at.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var location: ProjectOptions

        @Option(name: .long, help: "Only this tenant; may be given several times.")
        var tenant: [String] = []

        @Option(name: .long, help: "How many tenants are worked on at once.")
        var workers = 2

        @Option(name: .long, help: "Go on, and look again every so many seconds, until stopped.")
        var every: Int?

        func validate() throws {
            guard every.map({ $0 >= 1 }) ?? true else { throw ValidationError("--every is at least 1") }
        }

        func run() throws {
            Interruption.listen()
            let project = try location.open(common)
            let (desk, scopes) = try RequestsVerb.open(project, tenant, common)
            if scopes.isEmpty { common.console.note(RequestsVerb.nothing) }
            var isWhole = true
            while true {
                isWhole = try round(desk, scopes)
                guard let every, Interruption.signal == nil else { break }
                // In short steps, so that a signal is heard.
                for _ in 0..<every * 5 where Interruption.signal == nil {
                    SystemClock().sleep(nanoseconds: 200_000_000)
                }
            }
            if let signal = Interruption.signal { throw ExitCode(128 + signal) }
            if !isWhole { throw ExitCode(1) }
        }

        /// One look at all tenants; false where something was not answered well.
        private func round(_ desk: RequestDesk, _ scopes: [TenantScope]) throws -> Bool {
            let failures = Mutex<[Failure]>([])
            let unanswered = Mutex(0)
            let console = common.console
            let isJSON = common.json
            WorkerPool.run(count: scopes.count, workers: workers) { index in
                do throws(Failure) {
                    try desk.answer(scopes[index]) { answered in
                        if !answered.isGood { unanswered.withLock { $0 += 1 } }
                        guard isJSON else { return console.answer(answered.line) }
                        do {
                            try console.answer(json: Line(answered))
                        } catch {
                            // The row in the database says how it ended; only who listens here has not heard it.
                            let doing = "say how request '\(answered.key)' ended: \(answered.line)"
                            failures.withLock { $0.append(Failure(classifying: error, doing: doing)) }
                        }
                    }
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
            let found = failures.withLock { $0 }
            for failure in found.dropFirst() { console.show(failure) }
            if let first = found.first {
                if scopes.count == 1, every == nil { throw first }
                console.show(first)
            }
            return found.isEmpty && unanswered.withLock { $0 } == 0
        }

        private struct Line: Encodable {
            let tenant: String
            let requests: String
            let key: String
            let state: String
            let result: String?
            let message: String?

            init(_ answered: AnsweredRequest) {
                (tenant, requests, key) = (answered.tenant, answered.contract, answered.key)
                switch answered.ending {
                case .completed(let address): (state, result, message) = ("completed", address, nil)
                case .failed(let text): (state, result, message) = ("failed", nil, text)
                case .putBack(let why): (state, result, message) = ("waiting", nil, why)
                case .withdrawn: (state, result, message) = ("withdrawn", nil, nil)
                }
            }
        }
    }

    fileprivate static let nothing = "No tenant has requests to answer: requests: { url: … } in a tenant's file"

    /// The desk, and the tenants that have requests to answer.
    fileprivate static func open(
        _ project: Project, _ names: [String], _ common: CommonOptions
    ) throws -> (desk: RequestDesk, scopes: [TenantScope]) {
        let (scopes, failures) = try project.scopes(names)
        for failure in failures {
            let shown = Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'")
            if names.isEmpty { common.console.show(shown) } else { throw shown }
        }
        let desk = RequestDesk(
            in: project, ledger: try project.openLedger(), holder: BatchOptions.holder("requests"),
            progress: RunProgress(common.console).tell)
        return (desk, scopes.filter { $0.tenant.requests != nil })
    }
}

extension AnsweredRequest {
    /// Whether the row says that it is done, or nobody wants it any more.
    var isGood: Bool {
        switch ending {
        case .completed, .withdrawn: true
        case .failed, .putBack: false
        }
    }

    /// The answer in a line.
    var line: String {
        switch ending {
        case .completed(let address): "\(tenant)  \(key)  completed  \(address)"
        case .failed(let message): "\(tenant)  \(key)  failed     \(message)"
        case .putBack(let why): "\(tenant)  \(key)  waits      \(why)"
        case .withdrawn: "\(tenant)  \(key)  withdrawn"
        }
    }
}
