package import CivilTime

/// A tenant as its file describes it.
package struct Tenant: Sendable, Hashable {
    /// The id; the file is `tenants/<id>.yaml`.
    package let id: TenantID
    /// The platform whose datasets, models and reports it gets: a folder of `Reports/`.
    package let platform: ResourceName
    /// The name for people.
    package let name: String
    /// Where its rows come from.
    package let source: TenantSource
    /// Its zone, weeks, fiscal year and holidays.
    package let calendar: TenantCalendar
    /// A BCP 47 language tag: `en-NG`.
    package let locale: String
    /// An ISO 4217 code: `NGN`.
    package let currency: String
    /// How its pages look.
    package let brand: Brand
    /// The reports it gets.
    package let reports: ReportSelection
    /// What a run of it may use.
    package let limits: Limits
    /// How long its data is kept.
    package let retention: Retention
    /// Where its people's requests are; nil where none are answered.
    package let requests: RequestAccess?

    package init(
        id: TenantID, platform: ResourceName, name: String, source: TenantSource, calendar: TenantCalendar,
        locale: String, currency: String, brand: Brand = Brand(), reports: ReportSelection = .all,
        limits: Limits = Limits(), retention: Retention = Retention(), requests: RequestAccess? = nil
    ) {
        self.id = id
        self.platform = platform
        self.name = name
        self.source = source
        self.calendar = calendar
        self.locale = locale
        self.currency = currency
        self.brand = brand
        self.reports = reports
        self.limits = limits
        self.retention = retention
        self.requests = requests
    }
}

extension Tenant {
    /// Colour and logo.
    package struct Brand: Sendable, Hashable {
        /// `#RRGGBB`; nil for the theme's own.
        package var color: String?
        /// A file under `Templates/`, without `..`; nil for none.
        package var logo: String?

        package init(color: String? = nil, logo: String? = nil) {
            self.color = color
            self.logo = logo
        }
    }

    /// The reports that a tenant gets.
    package enum ReportSelection: Sendable, Hashable {
        /// All of its platform: `["*"]`.
        case all
        /// The named ones.
        case named([ResourceName])

        /// Whether a report is among them.
        package func contains(_ report: String) -> Bool {
            switch self {
            case .all: true
            case .named(let names): names.contains { $0.text == report }
            }
        }
    }

    /// What a run of the tenant may use.
    package struct Limits: Sendable, Hashable {
        /// Memory, in MiB.
        package var memoryMebibytes: Int64
        /// Wall time, in seconds.
        package var seconds: Int64
        /// Rows read from the source.
        package var rows: Int64

        package init(memoryMebibytes: Int64 = 512, seconds: Int64 = 900, rows: Int64 = 200_000_000) {
            self.memoryMebibytes = memoryMebibytes
            self.seconds = seconds
            self.rows = rows
        }
    }

    /// How long data is kept, in days.
    package struct Retention: Sendable, Hashable {
        /// Raw tables of the lake.
        package var rawDays: Int64
        /// Reports and receipts.
        package var artefactsDays: Int64

        package init(rawDays: Int64 = 800, artefactsDays: Int64 = 400) {
            self.rawDays = rawDays
            self.artefactsDays = artefactsDays
        }
    }
}
