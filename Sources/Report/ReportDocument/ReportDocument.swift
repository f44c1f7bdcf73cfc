package import ChartGrammar
package import CivilTime
package import Columnar
package import Formatting

/// A report before any format: every number with its unit, period, comparison and definition.
///
/// PDF, workbook and CSV are drawn from this alone, so that they agree to the last digit.
package struct ReportDocument: Sendable {
    /// Whose report it is and of what.
    package var identity: ReportIdentity
    /// How it should look and be written.
    package var presentation: Presentation
    /// The covered dates, with their names.
    package var period: ReportPeriod
    /// How complete the data is.
    package var freshness: Freshness
    /// What must be known before the figures are read; none for most reports.
    package var notices: [Notice]
    /// One or two sentences with the finding.
    package var headline: String
    /// The figures at the top, at most four.
    package var tiles: [Tile]
    /// What follows, in order.
    package var sections: [ReportSection]
    /// What the words mean.
    package var definitions: [Definition]
    /// What was read.
    package var sources: [SourceNote]

    package init(
        identity: ReportIdentity, presentation: Presentation, period: ReportPeriod, freshness: Freshness,
        notices: [Notice] = [], headline: String, tiles: [Tile], sections: [ReportSection], definitions: [Definition],
        sources: [SourceNote]
    ) {
        self.identity = identity
        self.presentation = presentation
        self.period = period
        self.freshness = freshness
        self.notices = notices
        self.headline = headline
        self.tiles = tiles
        self.sections = sections
        self.definitions = definitions
        self.sources = sources
    }

    /// All tables of all sections, in order.
    package var tables: [ReportTable] {
        sections.flatMap(\.blocks).compactMap { if case .table(let table) = $0 { table } else { nil } }
    }
}

extension ReportDocument {
    /// The document as pages show it: tables end where their definition says so, with a line that tells it; totals stay
    /// those of all rows.
    package var onPages: ReportDocument {
        var pages = self
        pages.sections = sections.compactMap { section in
            var section = section
            section.blocks = section.blocks.compactMap { block in
                guard case .table(let table) = block else { return block }
                return table.onPages.map(Block.table)
            }
            return section.blocks.isEmpty ? nil : section
        }
        return pages
    }
}

extension ReportDocument {
    /// The document as a format has it: without tables that are in other formats alone.
    package func limited(to format: ReportDefinition.Format) -> ReportDocument {
        guard tables.contains(where: { !$0.isIn(format) }) else { return self }
        var limited = self
        limited.sections = sections.compactMap { section in
            var section = section
            section.blocks = section.blocks.filter { block in
                if case .table(let table) = block { table.isIn(format) } else { true }
            }
            return section.blocks.isEmpty ? nil : section
        }
        return limited
    }
}

extension ReportTable {
    /// Whether it is in a format.
    fileprivate func isIn(_ format: ReportDefinition.Format) -> Bool { formats.isEmpty || formats.contains(format) }

    /// The table with the rows that stand on pages; nil where none do.
    fileprivate var onPages: ReportTable? {
        if pageRowsMax == 0 { return nil }
        guard let pageRowsMax, rows.count > pageRowsMax else { return self }
        var table = self
        table.rows = Array(rows.prefix(pageRowsMax))
        table.subtitle = pageSubtitle
        return table
    }
}

/// Whose report it is and of what; goes into the metadata of every artefact.
package struct ReportIdentity: Sendable, Equatable {
    /// The tenant's id.
    package var tenant: String
    /// The tenant's name, for people.
    package var tenantName: String
    /// The name of the one person whose report it is; nil where it is the tenant's.
    package var subjectName: String?
    /// The report's slug: names the output folder.
    package var slug: String
    /// The report's title.
    package var title: String
    /// The run that made it: a hash of its inputs, not a time.
    package var run: String
    /// SHA-256 of the report definition, in hex.
    package var definitionHash: String
    /// The engine's version.
    package var engine: String

    package init(
        tenant: String, tenantName: String, subjectName: String? = nil, slug: String, title: String, run: String,
        definitionHash: String, engine: String
    ) {
        self.tenant = tenant
        self.tenantName = tenantName
        self.subjectName = subjectName
        self.slug = slug
        self.title = title
        self.run = run
        self.definitionHash = definitionHash
        self.engine = engine
    }
}

extension ReportIdentity {
    /// Whose report it is, as its cover says: the tenant's, or a person's and the tenant's.
    package var reader: String { subjectName.map { "\($0) · \(tenantName)" } ?? tenantName }
}

/// How a report should look and be written.
package struct Presentation: Sendable, Equatable {
    /// BCP 47, such as `en-NG`.
    package var locale: String
    /// IANA name of the zone whose days are counted.
    package var zone: String
    /// ISO 4217.
    package var currency: String
    /// The tenant's colour as `#RRGGBB`.
    package var brandColor: String
    /// The tenant's logo, the bytes of a PNG or SVG file.
    package var logo: [UInt8]?
    /// How CSV files are written.
    package var csv: CSVOptions

    package init(
        locale: String, zone: String, currency: String, brandColor: String, logo: [UInt8]? = nil,
        csv: CSVOptions = CSVOptions()
    ) {
        self.csv = csv
        self.locale = locale
        self.zone = zone
        self.currency = currency
        self.brandColor = brandColor
        self.logo = logo
    }
}

/// The covered dates, half-open, with their names.
package struct ReportPeriod: Sendable, Equatable {
    /// `2026-10`: as on the command line, in folders and in CSV.
    package var name: String
    /// "October 2026".
    package var label: String
    /// "Oct": for labels in charts.
    package var shortLabel: String
    /// The first date.
    package var from: LocalDate
    /// The date behind the last.
    package var to: LocalDate
    /// What it is compared with, such as "Sep"; nil without a comparison.
    package var comparisonShortLabel: String?
    /// "September 2026".
    package var comparisonLabel: String?

    package init(
        name: String, label: String, shortLabel: String, from: LocalDate, to: LocalDate,
        comparisonShortLabel: String? = nil, comparisonLabel: String? = nil
    ) {
        self.name = name
        self.label = label
        self.shortLabel = shortLabel
        self.from = from
        self.to = to
        self.comparisonShortLabel = comparisonShortLabel
        self.comparisonLabel = comparisonLabel
    }
}

/// How complete the data is.
package struct Freshness: Sendable, Equatable {
    /// Everything that was committed at the source up to this instant is in.
    package var asOf: Instant
    /// Whether the period is over and all of it is in.
    package var isComplete: Bool
    /// One line for the pill: "Data complete to 31 Oct, 23:59".
    package var line: String
    /// Sentences for the last page.
    package var notes: [String]
    /// The one of the notes that says when the data was last compared with its source; nil where it never was.
    package var comparison: String?

    package init(asOf: Instant, isComplete: Bool, line: String, notes: [String], comparison: String? = nil) {
        self.asOf = asOf
        self.isComplete = isComplete
        self.line = line
        self.notes = notes
        self.comparison = comparison
    }
}

/// A figure with its unit and meaning.
package struct Measure: Sendable, Equatable {
    /// Its name in definitions and in the workbook's names, such as `sales`.
    package var name: String
    /// Its label for people.
    package var label: String
    /// What it counts.
    package var unit: Unit
    /// Whether growth is good news.
    package var good: Direction

    package init(name: String, label: String, unit: Unit, good: Direction) {
        self.name = name
        self.label = label
        self.unit = unit
        self.good = good
    }
}

/// A figure at the top of the page.
package struct Tile: Sendable, Equatable {
    /// What is measured.
    package var measure: Measure
    /// This period's value: int minor units for money, double or decimal else; null is "not measured".
    package var value: Scalar
    /// The compared period's value.
    package var previous: Scalar
    /// A few values up to now, oldest first; a nil is a gap.
    package var sparkline: [Double?]

    package init(measure: Measure, value: Scalar, previous: Scalar, sparkline: [Double?]) {
        self.measure = measure
        self.value = value
        self.previous = previous
        self.sparkline = sparkline
    }
}

/// Blocks under one heading.
package struct ReportSection: Sendable {
    /// The heading; nil where the blocks follow the page's top directly.
    package var title: String?
    /// What is in it, in order.
    package var blocks: [Block]

    package init(title: String?, blocks: [Block]) {
        self.title = title
        self.blocks = blocks
    }
}

/// A part of a section.
package enum Block: Sendable {
    case chart(Chart)
    /// Charts of half the width side by side, two in a row.
    case charts([Chart])
    case table(ReportTable)
    case text(String)
}

/// A table with all of its rows: pages, sheets and files take what they can, and say so where it is not all.
package struct ReportTable: Sendable {
    /// Names the sheet and the CSV file: `top-products`.
    package var name: String
    /// The heading.
    package var title: String
    /// Unit, order, what is left out.
    package var subtitle: String
    /// The columns.
    package var columns: [TableColumn]
    /// The rows, a value for each column.
    package var rows: [[Scalar]]
    /// The totals, a value for each column, null where there is none; nil without a total row.
    package var totals: [Scalar]?
    /// How many rows stand on pages, 0 for a table that is in workbook and files only; nil for all.
    package var pageRowsMax: Int?
    /// The line under the heading on pages, where not all rows are there.
    package var pageSubtitle: String
    /// The formats that have the table; none for all.
    package var formats: [ReportDefinition.Format]
    /// The columns that tell its rows apart, by their places; none where that is not known.
    package var keyColumns: [Int] = []

    package init(
        name: String, title: String, subtitle: String, columns: [TableColumn], rows: [[Scalar]], totals: [Scalar]?,
        pageRowsMax: Int? = nil, pageSubtitle: String = "", formats: [ReportDefinition.Format] = []
    ) {
        self.name = name
        self.title = title
        self.subtitle = subtitle
        self.columns = columns
        self.rows = rows
        self.totals = totals
        self.pageRowsMax = pageRowsMax
        self.pageSubtitle = pageSubtitle
        self.formats = formats
    }
}

/// A column of a table.
package struct TableColumn: Sendable, Equatable {
    /// Its name in CSV: `revenue_minor`.
    package var name: String
    /// Its label for people.
    package var label: String
    /// What it counts; `.none` for text, dates, truth values.
    package var unit: Unit
    /// Whether bars are drawn in the cells.
    package var hasBar: Bool
    /// Whether the values are changes: written with ▲ ▼ and coloured by `good`.
    package var isChange: Bool
    /// Whether growth is good news, for changes.
    package var good: Direction
    /// Whether dates are written as months on pages; in files and workbooks they are dates.
    package var namesMonths = false

    package init(
        name: String, label: String, unit: Unit, hasBar: Bool = false, isChange: Bool = false,
        good: Direction = .neutral
    ) {
        self.name = name
        self.label = label
        self.unit = unit
        self.hasBar = hasBar
        self.isChange = isChange
        self.good = good
    }
}

/// A word and what it means.
package struct Definition: Sendable, Equatable {
    /// The word.
    package var term: String
    /// One sentence.
    package var text: String

    package init(term: String, text: String) {
        self.term = term
        self.text = text
    }
}

/// What was read for a report.
package struct SourceNote: Sendable, Equatable {
    /// The dataset or model.
    package var name: String
    /// The table's version in the lake; nil of what is in no lake, such as a view.
    package var version: Int64?
    /// The rows that were read.
    package var rowCount: Int64

    package init(name: String, version: Int64?, rowCount: Int64) {
        self.name = name
        self.version = version
        self.rowCount = rowCount
    }
}
