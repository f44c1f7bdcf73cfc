internal import ArgumentParser
internal import Columnar
internal import Effects
internal import Formatting
internal import Foundation
internal import Parquet
internal import Query
internal import Runs
internal import SystemPackage

/// How a query's rows are written.
enum QueryFormat: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json, parquet

    /// Nil for what is not text.
    var rows: RowFormat? { RowFormat(rawValue: rawValue) }
}

/// Puts queries to a session and writes the answers.
struct QueryAsking {
    let console: Console
    let session: QuerySession
    let format: QueryFormat

    /// Answers one query.
    /// - Throws: `ExitCode` 65 where the query is wrong, after saying why.
    func answer(_ source: SourceText, explains: Bool) throws {
        do {
            if explains {
                let explained = try session.explanation(of: source, analyses: true)
                return console.isJSON
                    ? try console.answer(json: explained) : explained.lines.forEach { console.answer($0) }
            }
            try format.rows.map { try print(source, $0) } ?? parquet(source)
        } catch let error as QueryError {
            console.error("\(console.alarm("error:")) " + error.rendered(in: source))
            throw ExitCode(65)
        }
    }

    private func print(_ source: SourceText, _ format: RowFormat) throws {
        var printer: RowPrinter?
        try session.forEachBatch(source) { columns in
            let schema = Schema(columns.map { Field($0.name, $0.type.logical) })
            printer = RowPrinter(console, format, schema: schema, limit: nil)
        } _: {
            printer?.print($0)
        }
        printer?.finish()
    }

    /// Writes a Parquet file to standard output.
    private func parquet(_ source: SourceText) throws {
        let output = StandardOutputFile(console: console)
        var writer: ParquetFileWriter?
        try session.forEachBatch(source) { columns in
            var options = ParquetWriterOptions()
            options.createdBy = "almanac/\(EngineVersion.text)"
            let schema = Schema(columns.map { Field($0.name, $0.type.logical) })
            writer = try ParquetFileWriter(schema: schema, options: options, file: output)
        } _: {
            try writer?.write($0)
        }
        _ = try writer?.finish()
    }

    // MARK: Many queries

    /// Answers the queries of a file, one a line: each gets one line of JSON, `columns` and `rows`, or `error`.
    func batch(_ path: String) throws {
        if path == "-" {
            while let line = readLine() { try answerLine(line) }
            return
        }
        let text = try classifying("read \(path)") { try DiskFileStore().text(of: absolute(path)) }
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) { try answerLine(String(line)) }
    }

    /// A line is SQL, or a JSON string of it where it has several lines.
    private func answerLine(_ line: String) throws {
        if line.allSatisfy(\.isWhitespace) { return }
        var sql = line
        if line.hasPrefix("\""), let text = try? JSONDecoder().decode(String.self, from: Data(line.utf8)) { sql = text }
        let source = SourceText(sql)
        var columns: [AnswerColumn] = []
        var rows: [String] = []
        do {
            try session.forEachBatch(source) {
                columns = $0
            } _: { batch in
                for row in batch.rows { rows.append("[" + row.map(ExactText.json).joined(separator: ",") + "]") }
            }
        } catch let error as QueryError {
            let place = error.range.map { source.place(of: $0.start) }
            var parts = [
                "\"code\":\"\(error.code.rawValue)\"", "\"message\":\(ExactText.quoted(error.message))",
            ]
            if let place { parts += ["\"line\":\(place.line)", "\"column\":\(place.column)"] }
            return console.answer("{\"error\":{" + parts.joined(separator: ",") + "}}")
        }
        let heads = columns.map {
            "{\"name\":\(ExactText.quoted($0.name)),\"type\":\(ExactText.quoted($0.type.description))}"
        }
        console.answer(
            "{\"columns\":[" + heads.joined(separator: ",") + "],\"rows\":[" + rows.joined(separator: ",") + "]}")
    }

    // MARK: The prompt

    /// Asks for queries until the input ends; a query ends with a semicolon. Errors are said, and the next is asked for.
    func prompt() {
        let isTerminal = unsafe isatty(STDIN_FILENO) == 1
        func ask(_ mark: String) {
            guard isTerminal else { return }
            console.answer(bytes: Array(mark.utf8))
        }
        var pending = ""
        ask("almanac> ")
        while let line = readLine() {
            let word = line.trimmingCharacters(in: .whitespaces)
            if pending.isEmpty, ["exit", "quit", "\\q", "exit;", "quit;"].contains(word) { return }
            pending += pending.isEmpty ? line : "\n" + line
            if word.hasSuffix(";") {
                try? answer(SourceText(pending), explains: false)
                pending = ""
            }
            if word.isEmpty, pending.allSatisfy(\.isWhitespace) { pending = "" }
            ask(pending.isEmpty ? "almanac> " : "      -> ")
        }
        if !pending.allSatisfy(\.isWhitespace) { try? answer(SourceText(pending), explains: false) }
    }
}

/// Standard output as a file that is written from its start.
private final class StandardOutputFile: WritableFile {
    private let console: Console
    private(set) var size: Int64 = 0

    init(console: Console) { self.console = console }

    func write(_ bytes: Span<UInt8>) throws(FileError) {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        size += Int64(copy.count)
        console.answer(bytes: copy)
    }

    func sync() throws(FileError) {}
    func close() throws(FileError) {}
}
