package import Configuration
package import PostgresCopy
package import Tenancy

/// One table of the lake as `datasets.yaml` defines it: where its rows come from and what they mean.
package struct Dataset: Sendable, Hashable {
    /// How the lake follows the source.
    package enum Sync: String, Sendable, CaseIterable {
        /// The table is read whole each time, and replaces what the lake has.
        case snapshot
        /// Rows are only ever added at the source: those that came since the last run are read and added.
        case append
        /// Rows are added, changed and removed, and known by their key: those that changed since the last run are read
        /// and take the place of the old ones.
        case merge
        /// Every state that a row was seen in is kept, with the time for which it held: a slowly changing dimension of
        /// type 2.
        case history
    }

    /// How the lake's table is cut.
    package enum Partition: String, Sendable, CaseIterable {
        case none
        case day
        case month
        /// By size.
        case auto
    }

    /// What happens when the source changes, or a value has no exact place.
    package enum Contract: String, Sendable, CaseIterable {
        /// New columns are taken up; a value without a place fails the dataset.
        case evolve
        /// Any change of the columns fails the dataset, as does a value without a place.
        case freeze
        /// A row with a value without a place is left out and counted.
        case discardRow = "discard_row"
        /// A value without a place becomes NULL and is counted.
        case discardValue = "discard_value"

        /// The same for the reader of the stream.
        package var refusalPolicy: RefusalPolicy {
            switch self {
            case .evolve, .freeze: .fail
            case .discardRow: .discardRow
            case .discardValue: .discardValue
            }
        }
    }

    /// What timestamps without a zone are.
    package enum NaiveTimes: String, Sendable, CaseIterable {
        /// UTC.
        case utc
        /// Local times in the tenant's zone.
        case local
    }

    /// What is done with personal data.
    package enum PersonalData: String, Sendable, CaseIterable {
        /// It is taken as it is.
        case keep
        /// The column is not read at all.
        case drop
        /// Texts become `***`, all else is missing; what was missing stays so.
        case mask
        /// A code takes the place of each value: the same for the same value of the same tenant, in every dataset.
        case pseudonymise
    }

    /// How far increments reach back behind what must have been seen, for cursors that their rows do not get from the
    /// server's clock or sequence.
    package enum Overlap: Sendable, Hashable {
        /// For cursors that are times.
        case seconds(Int64)
        /// For cursors that are numbers.
        case numbers(Int64)
    }

    /// What is said about one column.
    package struct ColumnRule: Sendable, Hashable {
        /// The unit of its numbers, such as `money`.
        package var unit: String?
        /// For money: an ISO 4217 code, or the column that holds one.
        package var currency: String?
        /// What is done with it as personal data.
        package var personalData: PersonalData
        /// Its type in the lake, where it does not follow from the source.
        package var declaration: ColumnDeclaration?

        package init(
            unit: String? = nil, currency: String? = nil, personalData: PersonalData = .keep,
            declaration: ColumnDeclaration? = nil
        ) {
            self.unit = unit
            self.currency = currency
            self.personalData = personalData
            self.declaration = declaration
        }
    }

    /// The name: the lake's table is `raw/<name>`.
    package let name: ResourceName
    /// The table or query.
    package var source: CopyRequest.Source
    /// How the lake follows it.
    package var sync: Sync
    /// The columns that know a row; none where rows have no key.
    package var key: [String]
    /// The column that grows with new rows.
    package var cursor: String?
    /// How far increments reach back; nil for the standard of the cursor's type.
    package var overlap: Overlap?
    /// How much of the cursor is read and kept at a time, where much is to be read; nil for all, and for less after that
    /// has failed.
    package var chunk: Overlap?
    /// The column by which the source marks rows as deleted, by a time or by true; nil where it deletes them.
    package var softDelete: String?
    /// How often keys are compared with the source's, in seconds, to find the rows that it has deleted; nil for never.
    package var findDeletesSeconds: Int64? = 86_400
    /// The column that says when a row's event happened.
    package var eventTime: String?
    /// How the lake's table is cut.
    package var partition: Partition
    /// What timestamps without a zone are; nil refuses them.
    package var naiveTimes: NaiveTimes?
    /// What happens on change.
    package var contract: Contract
    /// What is said about columns, by their names at the source.
    package var columns: [String: ColumnRule]
    /// Where it is defined; nil for a dataset of the command line.
    package let position: SourcePosition?

    package init(
        name: ResourceName, source: CopyRequest.Source, sync: Sync = .snapshot, key: [String] = [],
        cursor: String? = nil, eventTime: String? = nil, partition: Partition = .auto, naiveTimes: NaiveTimes? = nil,
        contract: Contract = .evolve, columns: [String: ColumnRule] = [:], position: SourcePosition? = nil
    ) {
        self.name = name
        self.source = source
        self.sync = sync
        self.key = key
        self.cursor = cursor
        self.eventTime = eventTime
        self.partition = partition
        self.naiveTimes = naiveTimes
        self.contract = contract
        self.columns = columns
        self.position = position
    }

    /// The columns that are not read.
    package var droppedColumns: Set<String> { Set(columns.filter { $0.value.personalData == .drop }.keys) }

    /// The columns that its definition names and that are read: all of them must be there.
    package var neededColumns: [String] {
        let ruled = columns.filter { $0.value.personalData != .drop }
        // A currency that is no code, such as NGN, is the name of a column.
        let currencies = ruled.values.compactMap(\.currency).filter { !Self.isCurrencyCode($0) }
        return key + [cursor, eventTime, softDelete].compactMap { $0 } + ruled.keys.sorted() + currencies.sorted()
    }

    private static func isCurrencyCode(_ text: String) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }
}
