import AlmanacTesting
import CivilTime
import Columnar
import Effects
import Formatting
import Foundation
import Rendering
import Report
import SystemPackage
import Testing

/// Workbooks, as far as we can judge them without another reader.
struct WorkbookTests {
    @Test("The same document gives the same bytes")
    func sameBytes() throws {
        let folder = try RenderingFolder()
        let document = try TableSamples.document([try TableSamples.table()])
        let renderer = WorkbookRenderer()
        let first = try renderer.render(document, folder: folder.path, store: folder.store)
        let second = try renderer.render(document, folder: folder.path, store: folder.store)
        #expect(first.name == "report.xlsx")
        #expect(first.sha256 == second.sha256)
        #expect(try folder.store.names(in: folder.path).isEmpty)
    }

    @Test("The same bytes also in constant-memory mode, and other bytes for another instant")
    func constantMemory() throws {
        let folder = try RenderingFolder()
        var document = try TableSamples.document([try TableSamples.table(rows: 50)])
        let renderer = WorkbookRenderer(plainAbove: 10)
        let first = try renderer.render(document, folder: folder.path, store: folder.store)
        #expect(try renderer.render(document, folder: folder.path, store: folder.store).sha256 == first.sha256)
        document.freshness.asOf = document.freshness.asOf.adding(seconds: 1)
        #expect(try renderer.render(document, folder: folder.path, store: folder.store).sha256 != first.sha256)
    }

    @Test("A folder that cannot be written to is a typed error")
    func noFolder() throws {
        let folder = try RenderingFolder()
        let document = try TableSamples.document([try TableSamples.table()])
        #expect(throws: WorkbookError.self) {
            try WorkbookRenderer().render(document, folder: folder.path.appending("missing"), store: folder.store)
        }
    }
}

/// Workbooks read by openpyxl.
@Suite(.enabled(if: WorkbookOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
struct WorkbookReaderTests {
    private static let script = """
        import json, re, sys, openpyxl
        book = openpyxl.load_workbook(sys.argv[1])
        plain = openpyxl.load_workbook(sys.argv[1], data_only=True)
        def cell(value):
            if hasattr(value, 'isoformat'): return value.isoformat()
            # openpyxl undoes _x005F_ and leaves the other escapes of ECMA-376 (_x000D_) to its callers.
            if not isinstance(value, str): return value
            return re.sub('_x00([01][0-9A-F])_', lambda m: chr(int(m[1], 16)), value)
        sheets = []
        for sheet, values in zip(book.worksheets, plain.worksheets):
            sheets.append({
                'name': sheet.title, 'rows': [[cell(c.value) for c in row] for row in values.iter_rows()],
                'types': [[c.data_type for c in row] for row in sheet.iter_rows()],
                'formats': [[c.number_format for c in row] for row in sheet.iter_rows()],
                'tables': {t.name: [t.ref, t.totalsRowCount or 0, [c.name for c in t.tableColumns]]
                           for t in sheet.tables.values()},
                'charts': [type(c).__name__ for c in sheet._charts], 'freeze': sheet.freeze_panes,
                'filter': sheet.auto_filter.ref, 'landscape': sheet.page_setup.orientation,
                'footer': sheet.oddFooter.left.text, 'titles': sheet.print_title_rows,
                'bars': [r.type for rules in sheet.conditional_formatting for r in rules.rules],
                'widths': {k: v.width for k, v in sheet.column_dimensions.items()}})
        p = book.properties
        print(json.dumps({'sheets': sheets, 'names': {n: book.defined_names[n].attr_text for n in book.defined_names},
            'title': p.title, 'creator': p.creator, 'created': p.created.isoformat(),
            'custom': {c.name: c.value for c in book.custom_doc_props.props}}))
        """

    private func read(
        _ document: ReportDocument, _ renderer: WorkbookRenderer = WorkbookRenderer()
    ) throws -> CanonicalOracleValue {
        let folder = try RenderingFolder()
        let artefact = try renderer.render(document, folder: folder.path, store: folder.store)
        return try WorkbookOracle.read(Self.script, try folder.write(artefact.bytes, "report.xlsx"))
    }

    @Test("Sheets, tables, names, formats and properties are as designed")
    func structure() throws {
        let book = try read(try TableSamples.document([try TableSamples.table()]))
        let sheets = book["sheets"]
        #expect((0..<4).map { sheets[$0]["name"].text } == ["Summary", "Sales of each day", "Definitions", "About"])
        #expect(sheets[0]["charts"].texts == ["LineChart"])
        let table = sheets[1]
        #expect(table["tables"]["t_daily_sales"][0].text == "A1:E7")
        #expect(table["tables"]["t_daily_sales"][1].number == 1)
        #expect(table["tables"]["t_daily_sales"][2].texts == ["Day", "Sales, $", "Orders placed", "Rate", "Note"])
        #expect(table["freeze"].text == "B2")
        #expect(table["bars"].texts == ["dataBar"])
        #expect(table["landscape"].text == "landscape")
        #expect(table["titles"].text == "$1:$1")
        #expect(table["footer"].text?.hasPrefix("Acme && Sons · Monthly sales · October 2026") == true)
        #expect(table["formats"][1][0].text == "yyyy-mm-dd")
        #expect(table["formats"][1][1].text == "#,##0.00;[Red]-#,##0.00")
        #expect(table["formats"][1][3].text == "0.0%")
        #expect(book["names"]["value_sales"].text == "'Summary'!$C$7")
        #expect(book["created"].text == "2026-11-02T04:00:00")
        #expect(book["creator"].text == "Acme & Sons")
        #expect(book["custom"]["Almanac run"].text == "8f2c-1e07")
    }

    @Test("Cells hold the document's values, totals their cached sums")
    func values() throws {
        let book = try read(try TableSamples.document([try TableSamples.table()]))
        let rows = book["sheets"][1]["rows"]
        #expect(rows[1][0].text == "2026-10-01T00:00:00")
        #expect(rows[1][1].number == 0.01)
        #expect(rows[4][1].number == 370.36)
        #expect(rows[4][2].number == 3)
        #expect(rows[3][3].number == nil)
        #expect(rows[4][3].number == 0.125)
        #expect(rows[6][0].text == "Total")
        #expect(rows[6][1].number == 1234.55)
        #expect(rows[6][2].number == 10)
        #expect(rows[6][3].text == "12.5%")
        let summary = book["sheets"][0]["rows"]
        #expect(summary[2][1].text == "Sales rose 8.4% to $1,084.")
        #expect(summary[6][2].number == 1084)
        #expect(summary[6][3].number == 1000)
        #expect(abs((summary[6][4].number ?? 0) - 0.084) < 1e-12)
        #expect(summary[7][2].number == 0.025)
    }

    @Test("Hostile texts come back as they were, as texts")
    func hostileTexts() throws {
        let book = try read(try TableSamples.document([TableSamples.texts(TableSamples.hostileTexts)]))
        let sheet = book["sheets"][1]
        for (index, text) in TableSamples.hostileTexts.enumerated() {
            let expected = text.replacing("\u{0}", with: "\u{2400}").replacing("\u{FFFE}", with: "\u{FFFD}")
                .replacing("\u{FFFF}", with: "\u{FFFD}")
            let read = sheet["rows"][index + 1][0].text
            // XML readers make one newline of a carriage return and a newline.
            #expect((read ?? "") == expected || (read ?? "") == expected.replacing("\r\n", with: "\n"), "text \(index)")
            if !text.isEmpty { #expect(sheet["types"][index + 1][0].text == "s", "text \(index)") }
        }
    }

    @Test("Numbers that a double would round are texts, and About says so")
    func exactNumbers() throws {
        let values: [Scalar] = [
            .int(999_999_999_999_999), .int(1_000_000_000_000_001), .int(.max), .int(.min),
            .decimal(ExactDecimal(unscaled: 123_456_789_012_345_678_901, scale: 2)), .int(1_000_000_000_000_000_000),
            .double(.nan), .double(-.infinity), .double(0.1),
        ]
        let table = ReportTable(
            name: "numbers", title: "Numbers", subtitle: "",
            columns: [TableColumn(name: "n", label: "N", unit: .count)],
            rows: values.map { [$0] }, totals: nil)
        let book = try read(try TableSamples.document([table]))
        let rows = book["sheets"][1]["rows"]
        #expect(rows[1][0].number == 999_999_999_999_999)
        #expect(rows[2][0].text == "1000000000000001")
        #expect(rows[3][0].text == "9223372036854775807")
        #expect(rows[4][0].text == "-9223372036854775808")
        #expect(rows[5][0].text == "1234567890123456789.01")
        #expect(rows[6][0].number == 1e18)
        #expect(rows[7][0].text == "NaN")
        #expect(rows[8][0].text == "-Infinity")
        #expect(rows[9][0].number == 0.1)
        let about = try #require(book["sheets"][3]["rows"].value as? [[Any]]).flatMap { $0 }.compactMap {
            $0 as? String
        }
        #expect(about.contains { $0.hasPrefix("4 numbers have more digits") })
    }

    @Test("About names the person of a report for subjects, and no version of what is in no lake")
    func about() throws {
        var document = try TableSamples.document([try TableSamples.table()])
        document.identity.subjectName = "Ada Obi"
        document.sources = [
            SourceNote(name: "postings", version: 7, rowCount: 3),
            SourceNote(name: "people", version: nil, rowCount: 2),
        ]
        let rows = try read(document)["sheets"][3]["rows"]
        #expect(rows[1][0].text == "Made for" && rows[1][1].text == "Ada Obi")
        #expect(rows[2][0].text == "Tenant" && rows[2][1].text == "Acme & Sons (acme)")
        let sources = try #require((0..<30).first { rows[$0][0].text == "Source" })
        #expect(rows[sources + 1][1].number == 7 && rows[sources + 1][2].number == 3)
        #expect(rows[sources + 2][0].text == "people" && rows[sources + 2][1].number == nil)
        #expect(rows[sources + 2][1].text == nil && rows[sources + 2][2].number == 2)
    }

    @Test("A text longer than a cell is cut in sight, and About says so")
    func longTexts() throws {
        let texts = [
            String(repeating: "x", count: 32_767), String(repeating: "x", count: 32_768),
            String(repeating: "🎉", count: 20_000),
        ]
        let book = try read(try TableSamples.document([TableSamples.texts(texts)]))
        let rows = book["sheets"][1]["rows"]
        #expect(rows[1][0].text == texts[0])
        #expect(rows[2][0].text == String(repeating: "x", count: 32_766) + "…")
        #expect(rows[3][0].text == String(repeating: "🎉", count: 16_383) + "…")
        let about = try #require(book["sheets"][3]["rows"].value as? [[Any]]).flatMap { $0 }.compactMap {
            $0 as? String
        }
        #expect(about.contains { $0.hasPrefix("2 texts are longer") })
    }

    @Test("Large workbooks have plain heads and filters, and tables that go on in further sheets")
    func splitSheets() throws {
        let renderer = WorkbookRenderer(plainAbove: 10, rowsPerSheet: 20)
        let book = try read(try TableSamples.document([try TableSamples.table(rows: 45)]), renderer)
        let sheets = book["sheets"]
        #expect(
            (0..<6).map { sheets[$0]["name"].text } == [
                "Summary", "Sales of each day", "Sales of each day (2)", "Sales of each day (3)", "Definitions",
                "About",
            ])
        #expect(sheets[1]["rows"].count == 21)
        #expect(sheets[3]["rows"].count == 1 + 5 + 1)
        #expect(sheets[1]["filter"].text == "A1:E21")
        #expect(sheets[3]["rows"][6][2].number == 990)
        var seen: [Double] = []
        for sheet in 1...3 {
            for row in 1...(sheet == 3 ? 5 : 20) { seen.append(sheets[sheet]["rows"][row][2].number ?? -1) }
        }
        #expect(seen == (0..<45).map(Double.init))
    }

    @Test("Excel tables too go on in further sheets, with totals on the last")
    func splitTables() throws {
        let renderer = WorkbookRenderer(rowsPerSheet: 20)
        let book = try read(try TableSamples.document([try TableSamples.table(rows: 45)]), renderer)
        #expect(book["sheets"][1]["tables"]["t_daily_sales"][0].text == "A1:E21")
        #expect(book["sheets"][3]["tables"]["t_daily_sales_3"][0].text == "A1:E7")
        #expect(book["sheets"][3]["rows"][6][2].text == "990")
    }

    @Test("Sheets get names that Excel takes, each once")
    func sheetNames() throws {
        let titles = [
            "Summary", "a/b:c*[d]?\\", "'quoted'", String(repeating: "long ", count: 20), "History", "ABOUT", "",
            "summary",
            String(repeating: "long ", count: 21), "\u{1}", "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
        ]
        var tables: [ReportTable] = []
        for (index, title) in titles.enumerated() {
            tables.append(try TableSamples.table(rows: 2, name: "t\(index)", title: title))
        }
        let book = try read(try TableSamples.document(tables))
        let names = try #require(book["sheets"].value as? [[String: Any]]).compactMap { $0["name"] as? String }
        #expect(names.count == titles.count + 3)
        #expect(Set(names.map { $0.lowercased() }).count == names.count)
        #expect(names.allSatisfy { (1...31).contains($0.utf16.count) })
    }

    @Test("An empty table keeps its head and says that it is empty")
    func emptyTable() throws {
        let book = try read(try TableSamples.document([try TableSamples.table(rows: 0)], headline: "No orders."))
        #expect(book["sheets"][1]["rows"][0][1].text == "Sales, $")
        #expect(book["sheets"][1]["rows"][1][0].text == "No rows in this period")
    }
}

/// Workbooks opened and saved again by LibreOffice.
@Suite(.enabled(if: WorkbookOracle.python != nil && OfficeProgram.isThere, "needs openpyxl and LibreOffice"))
struct WorkbookOfficeTests {
    private static let script = """
        import json, sys, openpyxl
        book = openpyxl.load_workbook(sys.argv[1], data_only=True)
        def cell(value):
            return value.isoformat() if hasattr(value, 'isoformat') else value
        print(json.dumps([[[cell(c.value) for c in row] for row in sheet.iter_rows(max_col=6)] for sheet in book.worksheets]))
        """

    @Test("LibreOffice opens it, recalculates it and finds the same values")
    func sameValues() throws {
        let folder = try RenderingFolder()
        let document = try TableSamples.document([
            try TableSamples.table(rows: 40), TableSamples.texts(["=1+1", "0012", "a\nb", "🎉"]),
        ])
        let artefact = try WorkbookRenderer().render(document, folder: folder.path, store: folder.store)
        let file = try folder.write(artefact.bytes, "report.xlsx")
        let saved = try OfficeProgram.convert(file, to: "xlsx", in: folder)
        let ours = try WorkbookOracle.read(Self.script, file)
        let theirs = try WorkbookOracle.read(Self.script, saved)
        #expect(ours.count == 5)
        #expect(theirs.count == ours.count)
        for sheet in 0..<5 {
            for row in 0..<(ours[sheet].count ?? 0) {
                for column in 0..<6 {
                    let (mine, other) = (ours[sheet][row][column], theirs[sheet][row][column])
                    #expect(mine.text == other.text, "sheet \(sheet), row \(row), column \(column)")
                    let difference = abs((mine.number ?? 0) - (other.number ?? 0))
                    #expect(difference <= 1e-12 * abs(mine.number ?? 0), "sheet \(sheet), row \(row), column \(column)")
                    #expect(
                        (mine.number == nil) == (other.number == nil), "sheet \(sheet), row \(row), column \(column)")
                }
            }
        }
    }
}

/// LibreOffice without a window.
enum OfficeProgram {
    static let path = "/usr/bin/soffice"
    static let isThere = FileManager.default.isExecutableFile(atPath: path)

    /// Converts a file into a folder of its own and answers the result's path.
    static func convert(_ file: FilePath, to format: String, in folder: RenderingFolder) throws -> FilePath {
        let out = folder.path.appending("converted")
        // A profile of its own: two conversions at a time would share a lock.
        let profile = "-env:UserInstallation=file://\(folder.path.appending("profile").string)"
        let result = try SystemProcessRunner().run(
            ProcessCommand(
                path, [profile, "--headless", "--convert-to", format, "--outdir", out.string, file.string],
                environment: ["HOME": folder.path.string]))
        guard result.exitCode == 0 else { throw OracleFailure(words: result.errors) }
        return out.appending((file.stem ?? "") + "." + format)
    }
}

/// Names from outside that end up in places with rules of their own.
@Suite(.enabled(if: WorkbookOracle.python != nil, "ALMANAC_ORACLE_PYTHON is not set"))
struct WorkbookNamesTests {
    @Test("Tenants and heads of any length and script give a workbook that opens")
    func hostileNames() throws {
        let names = [
            String(repeating: "&", count: 300), "=1+1", "a\nb\u{1}", "<x>&amp;\"'", String(repeating: "🎉", count: 200),
            "&P&N",
        ]
        for name in names {
            let table = ReportTable(
                name: "t", title: name, subtitle: name,
                columns: [
                    TableColumn(name: "a", label: name, unit: .none), TableColumn(name: "b", label: name, unit: .count),
                ], rows: [[.text(name), .int(1)]], totals: [.null, .int(1)])
            var document = try TableSamples.document([table], headline: name)
            document.identity.tenantName = name
            document.identity.title = name
            document.tiles[0].measure.label = name
            document.definitions = [Definition(term: name, text: name)]
            let folder = try RenderingFolder()
            let artefact = try WorkbookRenderer().render(document, folder: folder.path, store: folder.store)
            let count = try WorkbookOracle.read(
                "import json, sys, openpyxl; print(json.dumps(openpyxl.load_workbook(sys.argv[1]).sheetnames))",
                try folder.write(artefact.bytes, "report.xlsx")
            ).count
            #expect(count == 4)
        }
    }
}

/// Workbooks that are read back by our own reader before they leave.
struct WorkbookCheckTests {
    private func documents() throws -> [(ReportDocument, WorkbookRenderer)] {
        let numbers: [Scalar] = [
            .int(.max), .null, .decimal(ExactDecimal(unscaled: 1_005, scale: 3)), .double(0.1), .double(1 / 3),
            .bool(true),
            .double(.nan), .timestamp(1_793_448_000_000_000), .date(-30_000), .binary([1]),
        ]
        let mixed = ReportTable(
            name: "mixed", title: "Mixed", subtitle: "",
            columns: [
                TableColumn(name: "n", label: "N", unit: .none), TableColumn(name: "m", label: "M", unit: .count),
            ],
            rows: numbers.map { [$0, .int(1)] }, totals: [.null, .int(Int64(numbers.count))])
        let hostile = TableSamples.texts(TableSamples.hostileTexts)
        return [
            (try TableSamples.document([try TableSamples.table(), hostile, mixed]), WorkbookRenderer()),
            (try TableSamples.document([try TableSamples.table(rows: 0), hostile]), WorkbookRenderer()),
            (try TableSamples.document([try TableSamples.table(rows: 45)]), WorkbookRenderer(rowsPerSheet: 20)),
            (try TableSamples.document([]), WorkbookRenderer()),
            (
                try TableSamples.document([try TableSamples.table(rows: 45)]),
                WorkbookRenderer(plainAbove: 10, rowsPerSheet: 20)
            ),
        ]
    }

    @Test("What was written is found again")
    func good() throws {
        let folder = try RenderingFolder()
        for (document, renderer) in try documents() {
            let artefact = try renderer.render(document, folder: folder.path, store: folder.store)
            try renderer.check(artefact, of: document)
        }
    }

    @Test("A workbook of another tenant, value, total or table does not pass")
    func wrong() throws {
        let folder = try RenderingFolder()
        let renderer = WorkbookRenderer()
        let table = try TableSamples.table()
        let document = try TableSamples.document([table])
        let artefact = try renderer.render(document, folder: folder.path, store: folder.store)
        var tenant = document
        tenant.identity.tenant = "other"
        var value = table
        value.rows[3][1] = .int(37_037)
        var text = table
        text.rows[0][4] = .text("note 00")
        var total = table
        total.totals?[2] = .int(11)
        var shorter = table
        shorter.rows.removeLast()
        var others = [tenant]
        for other in [value, text, total, shorter] { others.append(try TableSamples.document([other])) }
        others.append(try TableSamples.document([table, table]))
        for other in others {
            #expect(throws: ArtefactError.self) { try renderer.check(artefact, of: other) }
        }
    }

    @Test("A large workbook of another tenant, count or total does not pass")
    func wrongPlain() throws {
        let folder = try RenderingFolder()
        let renderer = WorkbookRenderer(plainAbove: 10, rowsPerSheet: 20)
        let table = try TableSamples.table(rows: 45)
        let document = try TableSamples.document([table])
        let artefact = try renderer.render(document, folder: folder.path, store: folder.store)
        try renderer.check(artefact, of: document)
        var tenant = document
        tenant.identity.tenant = "other"
        var total = table
        total.totals?[2] = .int(11)
        var shorter = table
        shorter.rows.removeLast()
        var longer = table
        longer.rows.append(table.rows[0])
        var others = [tenant]
        for other in [total, shorter, longer] { others.append(try TableSamples.document([other])) }
        for other in others {
            #expect(throws: ArtefactError.self) { try renderer.check(artefact, of: other) }
        }
    }

    @Test("500 damaged workbooks: refused or equal, never a trap")
    func damage() throws {
        let folder = try RenderingFolder()
        let renderer = WorkbookRenderer()
        let document = try TableSamples.document([try TableSamples.table(rows: 2)])
        let bytes = try renderer.render(document, folder: folder.path, store: folder.store).bytes
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            var damaged = bytes
            // Half of the damage goes to the directory at the end, which leads to all the rest.
            let range = Bool.random(using: &generator) ? 0..<bytes.count : bytes.count - 700..<bytes.count
            switch Int.random(in: 0...2, using: &generator) {
            case 0: damaged[Int.random(in: range, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            case 1: damaged.removeLast(Int.random(in: 1...bytes.count, using: &generator))
            default: damaged.removeSubrange(0..<Int.random(in: 1...bytes.count, using: &generator))
            }
            do {
                try renderer.check(Artefact(name: "report.xlsx", bytes: damaged), of: document)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }
}
