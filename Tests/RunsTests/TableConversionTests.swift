import AlmanacTesting
import Columnar
import Effects
import Foundation
import Parquet
import Report
import Runs
import SystemPackage
import Testing

/// Parquet files as CSV and as workbooks, read by programs that we did not write.
struct TableConversionTests {
    private let folder = TestPlaces.scratch()
    private let store = DiskFileStore()

    /// A file of every kind of column, in several row groups.
    private func make(rows count: Int, rowGroupRows: Int = 700) throws -> FilePath {
        try store.makeFolder(folder)
        let texts = ["Lagos", "=1+1", "a,b", "a\"b", "", "_x0041_", "株式会社", "add_to_cart", "</script>", "a\nb"]
        let fields = [
            Field("id", .int64), Field("big", .int64), Field("price", .decimal(precision: 18, scale: 2)),
            Field("wide", .decimal(precision: 38, scale: 4)), Field("rate", .double), Field("day", .date),
            Field("at", .timestamp), Field("name", .text), Field("ok", .bool),
        ]
        var builders = fields.map { ColumnBuilder($0) }
        for row in 0..<count {
            let number = Int64(row)
            let values: [Scalar] = [
                .int(number), .int(number &* 9_007_199_254_740_993),
                .decimal(.init(unscaled: Int128(row) * 37, scale: 2)),
                .decimal(.init(unscaled: Int128(row) * 1_000_000_000_000_000_007, scale: 4)), .double(Double(row) / 8),
                .date(20_000 + Int32(row)),
                .timestamp(1_790_000_000_000_000 + number * 1_500_000 + (number % 7 == 0 ? 1 : 0)),
                .text(texts[row % texts.count]), .bool(row % 3 == 0),
            ]
            for (index, value) in values.enumerated() {
                try builders[index].append(row % 11 == 5 && index > 0 ? .null : value)
            }
        }
        var columns: [Column] = []
        for index in builders.indices { columns.append(try builders[index].finish()) }
        let path = folder.appending("table.parquet")
        try? store.remove(path)
        let file = try store.create(path)
        var options = ParquetWriterOptions()
        options.rowGroupRowCount = rowGroupRows
        let writer = try ParquetFileWriter(schema: Schema(fields), options: options, file: file)
        try writer.write(try ColumnBatch(schema: Schema(fields), columns: columns, rowCount: count))
        _ = try writer.finish()
        try file.close()
        return path
    }

    private func convert(
        _ path: FilePath, to name: String, _ change: (inout TableConversion) -> Void = { _ in }
    ) throws -> FilePath {
        var conversion = TableConversion(store: store, random: SystemRandom())
        conversion.replaces = true
        change(&conversion)
        let output = folder.appending(name)
        let format = try #require(TableConversion.Format(of: name))
        _ = try conversion.convert(
            path, options: ParquetReaderOptions(), to: output, as: format, created: 1_790_000_000)
        return output
    }

    /// Runs a Python script on files; it fails by an assertion.
    private func python(_ script: String, _ files: FilePath...) throws {
        let result = try SystemProcessRunner().run(
            ProcessCommand(TestPlaces.python ?? "python3", ["-c", script] + files.map(\.string)))
        #expect(result.exitCode == 0, "\(result.errors)")
    }

    @Test(
        "Python reads the same rows from CSV, packed or not",
        .enabled(if: TestPlaces.python != nil, "ALMANAC_ORACLE_PYTHON is not set"),
        arguments: ["table.csv", "table.csv.gz", "table.csv.zst"])
    func separated(_ name: String) throws {
        defer { try? store.removeFolder(folder) }
        let path = try make(rows: 3_000)
        let output = try convert(path, to: name) { $0.isGuarded = false }
        try python(
            """
            import csv, gzip, io, sys, pyarrow.parquet as pq, zstandard
            data = open(sys.argv[2], 'rb').read()
            if sys.argv[2].endswith('.gz'): data = gzip.decompress(data)
            if sys.argv[2].endswith('.zst'): data = zstandard.ZstdDecompressor().stream_reader(
                io.BytesIO(data), read_across_frames=True).read()
            rows = list(csv.reader(io.StringIO(data.decode(), newline='')))
            table = pq.read_table(sys.argv[1]).to_pylist()
            assert len(rows) == len(table) + 1 and rows[0] == list(table[0])
            def text(value):
                if value is None: return ''
                if value is True or value is False: return str(value).lower()
                if isinstance(value, float): return repr(value)[:-2] if value == int(value) else repr(value)
                if hasattr(value, 'hour'):
                    part = f'.{value.microsecond:06d}' if value.microsecond else ''
                    if part.endswith('000'): part = part[:-3]
                    return value.strftime('%Y-%m-%dT%H:%M:%S') + part + 'Z'
                return str(value)
            for row, values in zip(rows[1:], table):
                assert row == [text(value) for value in values.values()], (row, values)
            """, path, output)
    }

    @Test("A guard stands before texts alone; columns are chosen; the same bytes twice")
    func guarded() throws {
        defer { try? store.removeFolder(folder) }
        let path = try make(rows: 20)
        let first = try convert(path, to: "a.csv") { $0.columns = ["name", "id"] }
        let text = try store.text(of: first)
        #expect(text.hasPrefix("name,id\nLagos,0\n'=1+1,1\n\"a,b\",2\n"))
        let second = try convert(path, to: "b.csv") { $0.columns = ["name", "id"] }
        #expect(try store.contents(of: first) == store.contents(of: second))
        let marked = try convert(path, to: "c.csv") {
            $0.columns = ["id"]
            $0.hasByteOrderMark = true
        }
        #expect(try store.contents(of: marked).starts(with: [0xEF, 0xBB, 0xBF, 0x69]))
    }

    @Test(
        "openpyxl reads the same rows from a workbook: numbers where 15 digits hold them, else all digits as text",
        .enabled(if: TestPlaces.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
    func workbook() throws {
        defer { try? store.removeFolder(folder) }
        let path = try make(rows: 3_000)
        let output = try convert(path, to: "table.xlsx")
        #expect(try store.contents(of: output) == store.contents(of: convert(path, to: "again.xlsx")))
        try python(
            """
            import datetime, decimal, sys, openpyxl, pyarrow.parquet as pq
            # openpyxl leaves texts as the file escapes them (ECMA-376, part 1, 22.9.2.19).
            from openpyxl.utils.escape import unescape
            book = openpyxl.load_workbook(sys.argv[2])
            assert book.sheetnames == ['table', 'About'], book.sheetnames
            sheet = book['table']
            assert sheet.freeze_panes == 'B2' and sheet.auto_filter.ref == 'A1:I3001'
            rows = list(sheet.iter_rows(values_only=True))
            table = pq.read_table(sys.argv[1]).to_pylist()
            assert len(rows) == len(table) + 1 and rows[0][6] == 'at (UTC)'
            texts = 0
            for row, values in zip(rows[1:], table):
                for cell, value in zip(row, values.values()):
                    if isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool):
                        digits = len(str(value).lstrip('-').replace('.', '').rstrip('0').lstrip('0'))
                        if isinstance(cell, str):
                            texts += 1
                            assert digits > 15 and cell == str(value), (cell, value)
                        else:
                            assert digits <= 15 and decimal.Decimal(repr(cell)) == value, (cell, value)
                    elif isinstance(value, datetime.datetime):
                        if value.microsecond % 1000: assert cell == value.strftime('%Y-%m-%dT%H:%M:%S.%fZ'), (cell, value)
                        else: assert abs(cell - value.replace(tzinfo=None)) < datetime.timedelta(milliseconds=1)
                    elif isinstance(value, datetime.date): assert cell.date() == value
                    elif isinstance(cell, str): assert unescape(cell) == value, (cell, value)
                    else: assert cell == value or (value == '' and cell is None), (cell, value)
            about = [[cell.value for cell in row] for row in book['About'].iter_rows()]
            assert about[0] == ['Rows', 3000] and about[1][1] == texts > 1000
            """, path, output)
    }

    @Test("What is not there, is there already or is cut leaves no file behind")
    func refused() throws {
        defer { try? store.removeFolder(folder) }
        let path = try make(rows: 3_000)
        let output = try convert(path, to: "a.csv")
        let good = try store.contents(of: output)
        #expect(throws: (any Error).self) { try convert(path, to: "a.csv") { $0.replaces = false } }
        #expect(throws: (any Error).self) { try convert(path, to: "b.csv") { $0.columns = ["nobody"] } }
        #expect(throws: (any Error).self) { try convert(folder.appending("none"), to: "b.xlsx") }
        // A page in the middle is damaged: the reader says so after rows were written.
        var bytes = try store.contents(of: path)
        for index in bytes.count / 2..<bytes.count / 2 + 40 { bytes[index] ^= 0xFF }
        let damaged = folder.appending("damaged.parquet")
        let file = try store.create(damaged)
        try file.write(bytes.span)
        try file.close()
        for name in ["c.csv", "c.xlsx", "c.csv.gz"] {
            #expect(throws: (any Error).self) { try convert(damaged, to: name) }
        }
        #expect(try store.contents(of: output) == good)
        #expect(try store.names(in: folder) == ["a.csv", "damaged.parquet", "table.parquet"])
        #expect(TableConversion.Format(of: "a.csv.bz2") == nil && TableConversion.Format(of: "a.xls") == nil)
    }
}
