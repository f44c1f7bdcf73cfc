package import Columnar
internal import PostgresCopy
internal import Synchronization
package import Tenancy

/// Looks into every batch of every tenant for rows of the canaries, before anything is written.
///
/// (1) A row with a canary's mark, or with its key in the column that tells tenants apart, in another tenant's rows is an
///     error, and stops the batch: it says that rows of one tenant reach another, whatever the modes of isolation promise.
/// (2) An increment has only new rows, and the canary's are old: beside each, the canary's rows are asked for by their keys,
///     with the tenant's rights and conditions.
/// (3) A canary in whose own rows the marks are not found as often as they must be is an error too: nothing would be seen.
///
/// Used from many threads.
package final class CanaryWatch: Sendable {
    /// One canary, with what its rows are known by.
    private struct Bird: Sendable {
        let tenant: TenantID
        let search: MarkSearch
        /// The column that tells tenants apart, and the canary's keys in it; nil where there is none.
        let key: (column: String, texts: [String])?
        let rows: [String: Int64]
    }

    private let birds: [Bird]
    private let seen = Mutex<ExtractError?>(nil)
    /// Rows with marks in the canaries' own rows, by canary and dataset.
    private let counts = Mutex<[String: [String: Int]]>([:])
    /// What the canaries' rows have in the first column of the key, by dataset.
    private let keys = Mutex<[String: Set<String>]>([:])
    /// So many keys are asked for at most.
    private static let keyCountMax = 200

    /// - Parameter canaries: the tenants of the canaries, each with what is known of it.
    package init(_ canaries: [(scope: TenantScope, canary: Canary)]) {
        birds = canaries.map { scope, canary in
            let key: (String, [String])? =
                switch scope.tenant.source.isolation {
                case .column(let column, let key): (column, [key])
                case .fanOut(let column, let keys): (column, keys)
                case .rowLevelSecurity, .schema, .database: nil
                }
            return Bird(tenant: scope.id, search: MarkSearch(canary.marks), key: key, rows: canary.rows)
        }
    }

    /// Whether there is nothing to look for.
    package var isEmpty: Bool { birds.isEmpty }

    /// What ended the batch; nil while nothing did.
    package var sighting: ExtractError? { seen.withLock { $0 } }

    /// Looks into rows as they come from the source: before personal data is changed.
    ///
    /// - Throws: `canarySeen` with tenant, dataset and the way out.
    func look(at batch: borrowing ColumnBatch, of dataset: Dataset, for scope: TenantScope) throws(ExtractError) {
        for bird in birds {
            if bird.tenant == scope.id {
                let found = bird.search.rowCount(in: batch)
                counts.withLock { $0[bird.tenant.text, default: [:]][dataset.name.text, default: 0] += found }
                if found > 0 { noteKeys(batch, dataset) }
                continue
            }
            let isSeen = bird.search.rowCount(in: batch) > 0 || Self.hasKey(bird.key, batch)
            guard isSeen else { continue }
            let error = ExtractError(
                .canarySeen, tenant: scope.id, dataset: dataset.name.text,
                reason: "it has rows of the canary '\(bird.tenant)', so the source gives one tenant's rows to another",
                advice:
                    "nothing of them was written: compare source: in tenants/\(scope.id).yaml with the policies, schemas and keys of the database, then run again"
            )
            seen.withLock { $0 = $0 ?? error }
            throw error
        }
    }

    private func noteKeys(_ batch: borrowing ColumnBatch, _ dataset: Dataset) {
        guard let name = dataset.key.first,
            let place = batch.schema.fields.firstIndex(where: { ($0.metadata["almanac.name"] ?? $0.name) == name })
        else { return }
        let column = batch.columns[place]
        var texts: [String] = []
        for row in 0..<min(column.rowCount, Self.keyCountMax) {
            switch column.scalar(row) {
            case .int(let number): texts.append(String(number))
            case .text(let text): texts.append(text)
            default: break
            }
        }
        keys.withLock { keys in
            guard keys[dataset.name.text, default: []].count < Self.keyCountMax else { return }
            keys[dataset.name.text, default: []].formUnion(texts)
        }
    }

    /// The condition by which the canaries' rows are asked for beside a tenant's increment; nil where there are none.
    func probe(_ dataset: Dataset, for scope: TenantScope) -> CopyRequest.Condition? {
        guard let column = dataset.key.first, birds.contains(where: { $0.tenant != scope.id }),
            let keys = keys.withLock({ $0[dataset.name.text] }), !keys.isEmpty
        else { return nil }
        return .init(column: column, anyOf: keys.sorted())
    }

    /// Begins to count a canary's own rows anew.
    func begin(_ scope: TenantScope) { counts.withLock { $0[scope.id.text] = nil } }

    /// Makes sure that a canary's rows are as many as they must be.
    ///
    /// - Throws: `canaryMissing` with the dataset.
    package func settle(_ scope: TenantScope) throws(ExtractError) {
        guard let bird = birds.first(where: { $0.tenant == scope.id }) else { return }
        let found = counts.withLock { $0[bird.tenant.text] ?? [:] }
        for (dataset, expected) in bird.rows.sorted(by: { $0.key < $1.key }) {
            let count = Int64(found[dataset] ?? 0)
            guard count != expected else { continue }
            let error = ExtractError(
                .canaryMissing, tenant: scope.id, dataset: dataset,
                reason: "the canary has \(count) rows with its marks there, and must have \(expected)",
                advice:
                    "put its rows back at the source, or correct canaries: in almanac.yaml; no batch is made until then"
            )
            seen.withLock { $0 = $0 ?? error }
            throw error
        }
    }

    private static func hasKey(_ key: (column: String, texts: [String])?, _ batch: borrowing ColumnBatch) -> Bool {
        guard let key else { return false }
        let place = batch.schema.fields.firstIndex { ($0.metadata["almanac.name"] ?? $0.name) == key.column }
        guard let place else { return false }
        let column = batch.columns[place]
        switch column.values {
        case .int32(let values):
            let numbers = key.texts.compactMap { Int32($0) }
            return (0..<values.count).contains { numbers.contains(values[$0]) && column.isValid($0) }
        case .int64(let values):
            let numbers = key.texts.compactMap { Int64($0) }
            return (0..<values.count).contains { numbers.contains(values[$0]) && column.isValid($0) }
        case .bytes(let values):
            return (0..<values.count).contains { column.isValid($0) && isOne(of: key.texts, values, $0) }
        case .dictionary(let codes, let dictionary):
            let words = (0..<dictionary.values.count).map { isOne(of: key.texts, dictionary.values, $0) }
            return words.contains(true)
                && (0..<codes.count).contains { words[Int(codes[$0])] && column.isValid($0) }
        default: return false
        }
    }

    private static func isOne(of texts: [String], _ values: BytesBuffer, _ row: Int) -> Bool {
        let count = values.range(row).count
        return texts.contains { $0.utf8.count == count && $0 == values.text(row) }
    }
}
