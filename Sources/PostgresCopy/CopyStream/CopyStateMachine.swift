/// The order of a COPY BINARY stream and its proof of completeness, as a value: no socket, no bytes.
///
///     start ──copyOut──► header ──header──► rows ──row──► rows ──trailer──► trailer ──end──► result ──completed──► done
///
/// (1) Nothing is a row before the header and nothing follows the trailer.
/// (2) The end of the data without the trailer is a truncated stream, however whole its last row looks: a server
///     that is killed in the middle of a COPY leaves whole rows.
/// (3) `done` is reached by the server's COMMAND_OK alone, and only if it counts the rows that were counted here.
///
/// Whether the snapshot was still good is for COMMIT to say: the caller counts no row before that.
package struct CopyStateMachine: Sendable, Equatable {
    /// Where the stream is.
    package enum State: Sendable, Equatable {
        case start
        case header
        case rows
        case trailer
        case result
        case done
        case failed
    }

    /// What happened.
    package enum Event: Sendable, Equatable {
        /// The server starts to send, in text or in binary, so many columns.
        case copyOut(isBinary: Bool, columnCount: Int)
        /// The signature, flags and extension were read and are right.
        case header
        /// Rows were read, each with the right number of fields.
        case rows(Int)
        /// The end mark was read.
        case trailer
        /// Bytes came behind the trailer.
        case excess
        /// There is no more data.
        case end
        /// The server says that the command is complete.
        case completed(rowCount: Int?)
    }

    /// What to do next.
    package enum Action: Sendable, Equatable {
        /// Read more data.
        case read
        /// Ask for the result of the command.
        case awaitResult
        /// All rows are here.
        case succeed(rowCount: Int)
        /// The stream is not to be believed.
        case fail(PostgresError)
    }

    /// How many columns the query has.
    package let columnCount: Int
    /// Where the stream is.
    package private(set) var state = State.start
    /// The rows so far.
    package private(set) var rowCount = 0

    package init(columnCount: Int) { self.columnCount = columnCount }

    /// Takes an event and says what to do.
    package mutating func handle(_ event: Event) -> Action {
        switch (state, event) {
        case (.start, .copyOut(let isBinary, let columnCount)):
            guard isBinary else { return fail("the server sends text where binary was asked for") }
            guard columnCount == self.columnCount else {
                return fail("the server sends \(columnCount) columns where the query has \(self.columnCount)")
            }
            return move(to: .header, .read)
        case (.header, .header): return move(to: .rows, .read)
        case (.rows, .rows(let count)):
            let (sum, isOverflow) = rowCount.addingReportingOverflow(count)
            guard count >= 0, !isOverflow else { return fail("the row count is not possible") }
            rowCount = sum
            return .read
        case (.rows, .trailer): return move(to: .trailer, .read)
        case (.trailer, .end): return move(to: .result, .awaitResult)
        case (.header, .end), (.rows, .end):
            return fail("the stream ended after \(rowCount) rows without its end mark")
        case (.trailer, .excess), (.trailer, .rows), (.trailer, .trailer): return fail("data follows the end mark")
        case (.result, .completed(let counted)):
            guard counted == rowCount else {
                return fail(
                    "\(rowCount) rows were read, the server counts \(counted.map(String.init) ?? "none at all")")
            }
            return move(to: .done, .succeed(rowCount: rowCount))
        default: return fail("\(event.name) is out of place")
        }
    }

    private mutating func move(to next: State, _ action: Action) -> Action {
        state = next
        return action
    }

    private mutating func fail(_ reason: String) -> Action {
        state = .failed
        return .fail(PostgresError(.malformedStream, "not a whole COPY BINARY stream: \(reason)"))
    }
}

extension CopyStateMachine.Event {
    fileprivate var name: String {
        switch self {
        case .copyOut: "the start of a COPY"
        case .header: "a header"
        case .rows: "a row"
        case .trailer: "an end mark"
        case .excess: "data"
        case .end: "the end of the data"
        case .completed: "the end of the command"
        }
    }
}
