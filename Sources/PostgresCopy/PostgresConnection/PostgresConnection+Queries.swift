internal import CLibPQ

#if canImport(Glibc)
internal import Glibc
#endif

extension PostgresConnection {
    /// Runs one statement and collects its rows as text.
    ///
    /// - Parameters:
    ///   - sql: one statement; values are `$1`, `$2`, … and never part of it.
    ///   - parameters: their texts, nil for NULL.
    /// - Throws: `PostgresError` with what the server reports.
    @discardableResult
    package func execute(_ sql: String, _ parameters: [String?] = []) throws(PostgresError) -> PostgresResult {
        let result = try run(sql, parameters)
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return result.rows()
        default: throw misuse("the statement does not give rows")
        }
    }

    /// Sends a statement by the extended protocol, which allows one statement only, and waits for its result.
    func run(_ sql: String, _ parameters: [String?]) throws(PostgresError) -> ResultHandle {
        guard !sql.utf8.contains(0), parameters.allSatisfy({ $0?.utf8.contains(0) != true }) else {
            throw PostgresError(.invalidQuery, "a statement or parameter holds a zero byte")
        }
        let values = unsafe parameters.map { unsafe UnsafePointer($0.flatMap { unsafe strdup($0) }) }
        defer { unsafe values.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
        guard unsafe PQsendQueryParams(handle, sql, Int32(values.count), nil, values, nil, nil, 0) == 1 else {
            throw connectionError()
        }
        return try lastResult()
    }

    /// Runs several statements in one round trip, as far as the first that fails.
    ///
    /// - Parameter script: written in our source, so that no value can come into it: the simple protocol takes no
    ///   parameters.
    package func execute(script: StaticString) throws(PostgresError) {
        guard unsafe PQsendQuery(handle, script.description) == 1 else { throw connectionError() }
        _ = try lastResult()
    }

    /// The columns that a query would give, without running it.
    func describe(_ sql: String) throws(PostgresError) -> [ResultColumn] {
        guard !sql.utf8.contains(0) else { throw PostgresError(.invalidQuery, "the query holds a zero byte") }
        // Both in one round trip.
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw connectionError() }
        defer { endPipeline() }
        guard unsafe PQsendPrepare(handle, "", sql, 0, nil) == 1, unsafe PQsendDescribePrepared(handle, "") == 1,
            unsafe PQpipelineSync(handle) == 1
        else { throw connectionError() }
        _ = try lastResult()
        let result = try lastResult()
        return (0..<result.columnCount).map { column in
            let origin = result.columnOrigin(column)
            return ResultColumn(
                name: result.columnName(column), type: result.columnType(column), table: origin?.table,
                attribute: origin?.attribute)
        }
    }

    /// Waits for the result of what was sent: an error if any of its parts is one, else the last, or the first that
    /// starts a COPY (which goes on after it).
    func lastResult() throws(PostgresError) -> ResultHandle {
        var last: ResultHandle?
        while true {
            while unsafe PQisBusy(handle) == 1 {
                try waitForBytes()
                guard unsafe PQconsumeInput(handle) == 1 else { throw connectionError() }
            }
            guard let next = unsafe PQgetResult(handle) else { break }
            let result = unsafe ResultHandle(next)
            let status = result.status
            if status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR {
                let error = error(of: result)
                drainResults()
                throw error
            }
            if result.isCopy { return result }
            last = consume result
        }
        guard let last else { throw connectionError() }
        return last
    }

    /// Blocks until the socket has bytes, or fails after the progress time-out, or as soon as the server lets know that
    /// nothing will come; the connection is of no use then.
    ///
    /// - Parameter patience: a time-out for clearing up, which is not worth the whole one, in milliseconds.
    func waitForBytes(patience: Int? = nil) throws(PostgresError) {
        guard unsafe PQsocket(handle) >= 0, !isAbandoned else { throw connectionError() }
        let limit = patience ?? options.progressTimeoutMilliseconds
        let silence = patience == nil ? options.silenceMilliseconds : 0
        var waited = 0
        while true {
            let rest = limit <= 0 ? Int.max : limit - waited
            let step = silence <= 0 ? rest : min(silence, rest)
            if try hasBytes(within: step) { return }
            waited += step
            guard waited < limit || limit <= 0 else {
                isAbandoned = true
                throw PostgresError(.timedOut, "\(target): no byte arrived for \(limit) ms")
            }
            if try isArrived(watch.verdict(isPooled: isPooled)) { return }
        }
    }

    /// Whether the socket has bytes, or has ended, within some milliseconds; `Int.max` waits for ever.
    private func hasBytes(within milliseconds: Int) throws(PostgresError) -> Bool {
        while true {
            var wait = unsafe pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&wait, 1, milliseconds == .max ? -1 : Int32(clamping: milliseconds))
            if ready >= 0 { return ready > 0 }
            guard errno == EINTR else { throw connectionError() }
        }
    }

    /// Whether bytes are here after all; an error where the server says that none will come.
    private func isArrived(_ verdict: SilenceWatch.Verdict) throws(PostgresError) -> Bool {
        let reason: String
        switch verdict {
        case .working, .unknown: return false
        case .lost(let why), .silent(let why): reason = why
        }
        // What was on its way while we asked is here by now.
        if try hasBytes(within: 1_000) { return true }
        isAbandoned = true
        throw PostgresError(.connectionLost, "\(target): the connection is dead: \(reason)")
    }

    /// How long clearing up may take, in milliseconds.
    static var patience: Int { 30_000 }

    /// Throws away what is left of a statement that failed, so that the connection can be used again.
    func drainResults() {
        while isUsable {
            while unsafe PQisBusy(handle) == 1 {
                guard (try? waitForBytes(patience: Self.patience)) != nil, unsafe PQconsumeInput(handle) == 1 else {
                    return
                }
            }
            guard let next = unsafe PQgetResult(handle) else { return }
            let result = unsafe ResultHandle(next)
            if result.isCopy { return }
        }
    }

    /// Throws away what is left of a pipeline, and leaves it.
    private func endPipeline() {
        // It is not left before its last result has been taken, which is that of the synchronisation.
        while isUsable, unsafe PQexitPipelineMode(handle) == 0 {
            while unsafe PQisBusy(handle) == 1 {
                guard (try? waitForBytes(patience: Self.patience)) != nil, unsafe PQconsumeInput(handle) == 1 else {
                    return
                }
            }
            if let next = unsafe PQgetResult(handle) { _ = unsafe ResultHandle(next) }
        }
    }

    /// The error that a result is.
    func error(of result: borrowing ResultHandle) -> PostgresError {
        guard let state = result.errorField("C") else { return connectionError() }
        return PostgresError.reported(
            sqlState: state, message: result.errorField("M") ?? "", hint: result.errorField("H"),
            detail: result.errorField("D"), context: result.errorField("W"), secrets: secrets)
    }

    /// The error that libpq reports for the connection as a whole.
    func connectionError() -> PostgresError {
        let text = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
        let message = PostgresError.oneLine(text, hiding: secrets)
        let isLost = !isUsable
        return PostgresError(
            isLost ? .connectionLost : .misuse,
            "\(target): \(message.isEmpty ? "the server said nothing" : message)")
    }

    func misuse(_ message: String) -> PostgresError { PostgresError(.misuse, message) }
}

/// A column of a query's result.
struct ResultColumn {
    let name: String
    let type: TypeReference
    /// The table that the column is read from, if it is an unchanged column of one.
    let table: UInt32?
    /// Its number in that table.
    let attribute: Int?
}
