package import CivilTime
package import Report

/// What an edition of a report was made from and what came of it: enough to make the same bytes again.
///
/// Written as `receipt.json` beside the artefacts, in canonical JSON. No clock and no attempt takes part in it.
package struct Receipt: Sendable, Hashable {
    /// A file with its hash.
    package struct File: Sendable, Hashable {
        /// The name, or the path below its table.
        package var name: String
        /// SHA-256, 64 hexadecimal digits.
        package var sha256: String
        /// The size.
        package var bytes: Int64

        package init(name: String, sha256: String, bytes: Int64) {
            self.name = name
            self.sha256 = sha256
            self.bytes = bytes
        }
    }

    /// A table of the lake at the version that was read.
    package struct Table: Sendable, Hashable {
        /// `aggregates/sales_daily`.
        package var name: String
        /// The version.
        package var version: Int64
        /// Its rows.
        package var rows: Int64
        /// Its files.
        package var files: [File]

        package init(name: String, version: Int64, rows: Int64, files: [File]) {
            self.name = name
            self.version = version
            self.rows = rows
            self.files = files
        }
    }

    /// A dataset of the lake at the version that tables were computed from.
    package struct Input: Sendable, Hashable {
        /// `raw/orders`.
        package var name: String
        /// The version.
        package var version: Int64

        package init(name: String, version: Int64) {
            self.name = name
            self.version = version
        }
    }

    /// A figure by its address in the report; the value as exact text, nil where there was none.
    package struct Figure: Sendable, Hashable {
        package var address: String
        package var value: String?

        package init(address: String, value: String?) {
            self.address = address
            self.value = value
        }
    }

    /// A figure that was given out with another value.
    package struct Restatement: Sendable, Hashable {
        /// The figure by its address, and the period whose edition gave it out.
        package var address: String
        package var period: String
        /// That edition's run.
        package var run: String
        /// What it said, and what it would say now, as exact texts.
        package var before: String?
        package var now: String?
        /// Why: `late`, `deleted`, `corrected`, `definition`, `calendar`, `unknown`.
        package var causes: [String]

        package init(
            address: String, period: String, run: String, before: String?, now: String?, causes: [String]
        ) {
            self.address = address
            self.period = period
            self.run = run
            self.before = before
            self.now = now
            self.causes = causes
        }
    }

    /// Rows on their way.
    package struct RowCounts: Sendable, Hashable {
        package var read: Int64
        package var written: Int64
        package var rejected: Int64

        package init(read: Int64, written: Int64, rejected: Int64) {
            self.read = read
            self.written = written
            self.rejected = rejected
        }
    }

    /// The run: a hash of its inputs.
    package var run: String
    /// The tenant's id.
    package var tenant: String
    /// The platform whose definitions were used.
    package var platform: String
    /// The report's slug.
    package var report: String
    /// The period's name: `2026-10`.
    package var period: String
    /// The person whose report it is, by the key in the source; nil where it is the tenant's.
    package var subject: String?
    /// The parameters that are not what they are by themselves, as texts that can be given again.
    package var parameters: [String: String]
    /// 1 for the first edition of the period.
    package var edition: Int64
    /// The engine's version.
    package var engine: String
    /// Everything at the source up to this instant is in the tables.
    package var asOf: Instant
    /// SHA-256 of the definitions.
    package var definition: String
    /// SHA-256 of the templates and texts.
    package var template: String
    /// The fonts by their names with their versions or hashes.
    package var fonts: [String: String]
    /// The version of the time-zone data; nil where the system does not say.
    package var timeZoneData: String?
    /// The calendar as text: zone, start of week and fiscal year, holidays.
    package var calendar: [String: String]
    /// BCP 47.
    package var locale: String
    /// ISO 4217.
    package var currency: String
    /// The tables that were read, sorted by name.
    package var tables: [Table]
    /// The datasets that the tables were computed from, at their versions then, sorted by name. Their files are not kept
    /// for it.
    package var inputs: [Input] = []
    /// The figures that a reader takes away: tiles and totals, in the report's order.
    package var figures: [Figure] = []
    /// Figures of earlier editions that are others here, as the report tells them.
    package var restatements: [Restatement] = []
    /// Rows read, written and rejected.
    package var rows: RowCounts
    /// The last comparison of the data with its source; nil where there was none.
    package var comparison: SourceComparison?
    /// The files that were made, sorted by name; the receipt itself is not among them.
    package var artefacts: [File]

    package init(
        run: String, tenant: String, platform: String, report: String, period: String, subject: String? = nil,
        parameters: [String: String] = [:], edition: Int64, engine: String, asOf: Instant, definition: String,
        template: String, fonts: [String: String], timeZoneData: String?,
        calendar: [String: String], locale: String, currency: String, tables: [Table], rows: RowCounts,
        comparison: SourceComparison? = nil, artefacts: [File]
    ) {
        self.run = run
        self.tenant = tenant
        self.platform = platform
        self.report = report
        self.period = period
        self.subject = subject
        self.parameters = parameters
        self.edition = edition
        self.engine = engine
        self.asOf = asOf
        self.definition = definition
        self.template = template
        self.fonts = fonts
        self.timeZoneData = timeZoneData
        self.calendar = calendar
        self.locale = locale
        self.currency = currency
        self.tables = tables.sorted { $0.name < $1.name }
        self.rows = rows
        self.comparison = comparison
        self.artefacts = artefacts.sorted { $0.name < $1.name }
    }

    /// The file's name in the output folder.
    package static let fileName = "receipt.json"
}

/// Why a receipt was refused.
package struct ReceiptError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let message: String

    package var description: String { "the receipt can't be read: \(message)" }
}
