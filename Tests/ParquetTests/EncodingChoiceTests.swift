import AlmanacTesting
import Columnar
import Effects
import Foundation
import Parquet
import SystemPackage
import Testing

/// The writer chooses encodings from the data; whichever it takes, the values come back.
@Suite struct EncodingChoiceTests {
    private static let schema = Schema([
        Field("sorted", .int64), Field("few", .int32), Field("random", .int64), Field("at", .timestamp),
        Field("word", .text), Field("long", .text), Field("real", .double),
    ])

    /// Sorted numbers, few and many distinct ones, texts that fill a dictionary in the middle of a row group, and
    /// nothing but missing values in the first page of one column.
    private static func batch(_ start: Int, _ count: Int, _ random: inout SeededGenerator) throws -> ColumnBatch {
        var rows: [[Scalar]] = []
        for row in start..<start + count {
            let bits = random.next()
            let text =
                bits % 3 == 0 || row > 6_000 ? "\(bits)\(bits)\(bits)\(bits)\(bits)\(bits)" : "short \(bits % 50)"
            rows.append([
                .int(Int64(row) * 3), .int(Int64(bits % 7)), .int(Int64(bitPattern: bits)),
                .timestamp(Int64(row) * 1_000_000 + Int64(bits % 1_000)), .text("word \(bits % 40)"),
                row < 5_000 ? .null : .text(text), bits % 11 == 0 ? .null : .double(Double(bits % 1_000) / 8),
            ])
        }
        return try ColumnBatch(schema: schema, rows: rows)
    }

    @Test func everyChoiceComesBack() throws {
        try withTemporaryFolder { folder in
            var random = SeededGenerator(seed: 21)
            var batches: [ColumnBatch] = []
            for start in stride(from: 0, to: 20_000, by: 2_500) {
                batches.append(try Self.batch(start, 2_500, &random))
            }
            let file = try DiskFileStore().create(folder.appending("a"))
            var options = ParquetWriterOptions()
            options.pageRowCount = 4_000
            options.rowGroupRowCount = 19_000
            let writer = try ParquetFileWriter(schema: Self.schema, options: options, file: file)
            for batch in batches { try writer.write(batch) }
            let (_, statistics) = try writer.finish()
            try file.close()
            #expect(try read(folder.appending("a")) == batches.flatMap(\.rows))
            #expect(statistics[0].minimum == .int(0) && statistics[0].maximum == .int(59_997))
            #expect(statistics[5].nullCount == 5_000 && statistics[5].minimum != .null)
            #expect(statistics[1].minimum == .int(0) && statistics[1].maximum == .int(6))
        }
    }

    /// Threads share out the columns: the bytes do not depend on how many there are.
    @Test func theSameBytesFromAnyNumberOfThreads() throws {
        try withTemporaryFolder { folder in
            var random = SeededGenerator(seed: 4)
            var batches: [ColumnBatch] = []
            for start in stride(from: 0, to: 40_000, by: 8_000) {
                batches.append(try Self.batch(start, 8_000, &random))
            }
            var contents: [[UInt8]] = []
            for threads in [1, 2, 5] {
                let path = folder.appending("\(threads)")
                let file = try DiskFileStore().create(path)
                var options = ParquetWriterOptions()
                options.threadCount = threads
                options.rowGroupRowCount = 17_000
                let writer = try ParquetFileWriter(schema: Self.schema, options: options, file: file)
                for batch in batches { try writer.write(batch) }
                _ = try writer.finish()
                try file.close()
                contents.append(try DiskFileStore().contents(of: path))
                // Read by any number of threads, the batches are those of one.
                let reopened = try DiskFileStore().open(path)
                for readers in [1, 2, 5] {
                    let read = try ParquetFileReader.batches(of: reopened, threads: readers)
                    #expect(read.flatMap(\.rows) == batches.flatMap(\.rows))
                    let some = try ParquetFileReader.batches(
                        of: reopened, columns: ["real", "sorted"], threads: readers)
                    #expect(some.flatMap(\.rows) == batches.flatMap(\.rows).map { [$0[6], $0[0]] })
                }
            }
            #expect(contents[0] == contents[1] && contents[0] == contents[2])
        }
    }

    /// Inspection says what the writer found in the values, column by column.
    @Test func inspectionSaysWhatWasTried() throws {
        try withTemporaryFolder { folder in
            var random = SeededGenerator(seed: 4)
            let path = folder.appending("a")
            let file = try DiskFileStore().create(path)
            let writer = try ParquetFileWriter(schema: Self.schema, options: ParquetWriterOptions(), file: file)
            try writer.write(try Self.batch(0, 8_000, &random))
            _ = try writer.finish()
            try file.close()
            let columns = try ParquetFileReader(try DiskFileStore().open(path)).inspection()
            let choices = Dictionary(uniqueKeysWithValues: writer.encodingChoices)
            for column in columns {
                let choice = try #require(choices[column.column])
                #expect(column.reason == "\(choice.encoding.rawValue): \(choice.reason)")
                #expect(column.encodings.contains(choice.encoding.rawValue), "\(column.column)")
            }
            #expect(columns[0].reason.hasPrefix("DELTA_BINARY_PACKED: smallest for"))
            #expect(columns[4].reason.hasPrefix("RLE_DICTIONARY: "))
        }
    }

    /// −0 and +0 count as one: the least is −0 and the greatest +0; a NaN leaves no bounds.
    @Test func boundsOfFloatingPointNumbers() throws {
        func bounds(_ values: [Double]) throws -> ColumnStatistics {
            let schema = Schema([Field("x", .double)])
            var result = ColumnStatistics()
            try withTemporaryFolder { folder in
                let file = try DiskFileStore().create(folder.appending("a"))
                let writer = try ParquetFileWriter(schema: schema, options: ParquetWriterOptions(), file: file)
                try writer.write(try ColumnBatch(schema: schema, rows: values.map { [.double($0)] }))
                result = try writer.finish().statistics[0]
                try file.close()
            }
            return result
        }
        #expect(try bounds([3, -2.5, 8]).minimum == .double(-2.5))
        #expect(try bounds([3, -2.5, 8]).maximum == .double(8))
        guard case .double(let least) = try bounds([0, 1]).minimum else {
            Issue.record("no least value")
            return
        }
        #expect(least.sign == .minus && least == 0)
        #expect(try bounds([1, .nan, 2]).minimum == .null)
        #expect(try bounds([-.infinity, .infinity]).maximum == .double(.infinity))
    }
}
