internal import CivilTime
internal import Columnar
internal import Effects
internal import Parquet
internal import SystemPackage

/// Times of writing and reading Parquet files within one process, for `scripts/bench parquet`, and of the local dates of
/// a column, for `scripts/bench analytics`.
///
/// ```
/// parquet-timing write LEVEL RUNS TARGET SOURCE...    the sources' rows from memory to one file; loading is not counted
/// parquet-timing read RUNS FILE [COLUMN...]           a file, or some of its columns, into memory
/// parquet-timing copy LEVEL TARGET SOURCE...          batch by batch: what memory a stream of any length needs
/// parquet-timing scan FILE                            the same of reading alone
/// parquet-timing local-dates ZONE FILE RUNS           dates of the first column's instants: seconds, sum of the dates
/// ```
/// Prints a line for each run: seconds, rows.
@main
enum ParquetTiming {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "write" where arguments.count > 4: try write(arguments)
        case "read" where arguments.count > 2: try read(arguments)
        case "copy" where arguments.count > 3: try copy(arguments)
        case "scan" where arguments.count == 2: try scan(arguments[1])
        case "local-dates" where arguments.count == 4: try localDates(arguments)
        default: throw Usage()
        }
    }

    private struct Usage: Error, CustomStringConvertible {
        let description = "usage: parquet-timing write|read|copy|scan …; the head of its source says more"
    }

    /// The rows that a thread is given at once when all of a file is read.
    private static let batchRowCount = 131_072

    private static func open(_ path: String, batchRowCount: Int) throws -> ParquetFileReader {
        var options = ParquetReaderOptions()
        options.batchRowCount = batchRowCount
        return try ParquetFileReader(try DiskFileStore().open(FilePath(path)), options: options)
    }

    private static func writer(_ level: String, _ target: FilePath, _ schema: Schema) throws -> (
        ParquetFileWriter, any WritableFile
    ) {
        var options = ParquetWriterOptions()
        guard let level = Int(level) else { throw Usage() }
        options.compressionLevel = level
        let files = DiskFileStore()
        if try files.status(of: target) != nil { try files.remove(target) }
        let file = try files.create(target)
        return (try ParquetFileWriter(schema: schema, options: options, file: file), file)
    }

    private static func timed(_ body: () throws -> Int) throws {
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let rows = try body()
        print(Double(clock.monotonicNanoseconds() - start) / 1e9, rows)
    }

    private static func write(_ arguments: [String]) throws {
        guard let runs = Int(arguments[2]) else { throw Usage() }
        var batches: [ColumnBatch] = []
        var schema = Schema([])
        for path in arguments[4...] {
            let reader = try open(path, batchRowCount: batchRowCount)
            schema = reader.schema
            try reader.forEachBatch { batches.append(try $0.spelledOut()) }
        }
        for _ in 0..<runs {
            try timed {
                let (writer, file) = try Self.writer(arguments[1], FilePath(arguments[3]), schema)
                for batch in batches { try writer.write(batch) }
                _ = try writer.finish()
                try file.close()
                return batches.reduce(0) { $0 + $1.rowCount }
            }
        }
        let (writer, file) = try Self.writer(arguments[1], FilePath(arguments[3]), schema)
        for batch in batches { try writer.write(batch) }
        _ = try writer.finish()
        try file.close()
        for (column, choice) in writer.encodingChoices { print("#", column, choice.encoding.rawValue, choice.reason) }
    }

    private static func read(_ arguments: [String]) throws {
        guard let runs = Int(arguments[1]) else { throw Usage() }
        let names = arguments.count > 3 ? Array(arguments[3...]) : nil
        for _ in 0..<runs {
            try timed {
                var options = ParquetReaderOptions()
                options.batchRowCount = batchRowCount
                let file = try DiskFileStore().open(FilePath(arguments[2]))
                return try ParquetFileReader.batches(of: file, columns: names, options: options).reduce(0) {
                    $0 + $1.rowCount
                }
            }
        }
    }

    private static func copy(_ arguments: [String]) throws {
        try timed {
            var rows = 0
            var open: (writer: ParquetFileWriter, file: any WritableFile)?
            for path in arguments[3...] {
                let reader = try Self.open(path, batchRowCount: ColumnBatch.rowCountTarget)
                let target = try open ?? Self.writer(arguments[1], FilePath(arguments[2]), reader.schema)
                open = target
                try reader.forEachBatch { batch in
                    rows += batch.rowCount
                    try target.writer.write(batch)
                }
            }
            _ = try open?.writer.finish()
            try open?.file.close()
            return rows
        }
    }

    private static func localDates(_ arguments: [String]) throws {
        guard let runs = Int(arguments[3]) else { throw Usage() }
        let zones = ZoneDatabase { path in
            guard let file = try? DiskFileStore().open(FilePath(path)) else { return nil }
            return try? file.read(at: 0, count: Int(file.size))
        }
        let zone = try zones.zone(arguments[1])
        var instants: [Buffer<Int64>] = []
        try open(arguments[2], batchRowCount: batchRowCount).forEachBatch { batch in
            guard case .int64(let values) = batch.columns[0].values else { throw Usage() }
            instants.append(values)
        }
        var dates = [Int32](repeating: 0, count: instants.reduce(0) { max($0, $1.count) })
        for _ in 0..<runs {
            let clock = SystemClock()
            var (sum, nanoseconds): (Int, UInt64) = (0, 0)
            for batch in instants {
                let start = clock.monotonicNanoseconds()
                var span = dates.mutableSpan
                zone.localDates(batch.span, into: &span)
                nanoseconds += clock.monotonicNanoseconds() - start
                for row in 0..<batch.count { sum += Int(dates[row]) }
            }
            print(Double(nanoseconds) / 1e9, sum)
        }
    }

    private static func scan(_ path: String) throws {
        try timed {
            var rows = 0
            try open(path, batchRowCount: batchRowCount).forEachBatch { rows += $0.rowCount }
            return rows
        }
    }
}

extension ColumnBatch {
    /// The same rows with texts in place of codes of dictionaries: what other programs hold in memory, too.
    fileprivate func spelledOut() throws -> ColumnBatch {
        let columns = columns.map { column -> Column in
            guard case .dictionary(let codes, let dictionary) = column.values else { return column }
            var builder = BytesBuilder()
            let all = dictionary.values.bytes
            for row in 0..<codes.count {
                let range = column.isValid(row) ? dictionary.values.range(Int(codes[row])) : 0..<0
                precondition(builder.append(all.span.extracting(range)))
            }
            return Column(column.type, validity: column.validity, .bytes(builder.finish().values))
        }
        return try ColumnBatch(schema: schema, columns: columns, rowCount: rowCount)
    }
}
