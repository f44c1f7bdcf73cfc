internal import Configuration

/// A tenant whose rows are known: they ride in every batch of its platform, and must be seen there and nowhere else.
///
/// ```yaml
/// canaries:
///   retail-canary: { marks: [canary-7f3a91c2], rows: { orders: 3, products: 2 } }
/// ```
/// It is a tenant like any other, with a file of its own; its rows have no other purpose.
package struct Canary: Sendable, Hashable {
    /// The tenant.
    package let tenant: TenantID
    /// Texts that its rows have, and no other's: each of at least `markByteCountMin` bytes, anywhere in a text.
    package let marks: [String]
    /// How many rows with a mark the source has for it, by dataset.
    package let rows: [String: Int64]

    /// Shorter texts come up by themselves.
    package static let markByteCountMin = 8

    package init(tenant: TenantID, marks: [String], rows: [String: Int64]) {
        self.tenant = tenant
        self.marks = marks
        self.rows = rows
    }

    static func read(_ name: String, _ value: YAMLValue) -> Canary? {
        var tenant: TenantID?
        do {
            tenant = try TenantID(name)
        } catch {
            value.refuse("\(error)")
        }
        return value.mapping { map in
            let marks = map.required("marks")?.list(mark)
            if marks?.isEmpty == true { map.refuse("'marks' needs at least one text that only the canary's rows have") }
            let rows = map.required("rows")?.entries { dataset, count in
                count.integer(in: 1...1_000_000).map { (dataset, $0) }
            }
            if rows?.isEmpty == true { map.refuse("'rows' needs at least one dataset with known rows") }
            guard let tenant, let marks, let rows, !marks.isEmpty, !rows.isEmpty else { return nil }
            return Canary(tenant: tenant, marks: marks, rows: Dictionary(rows) { first, _ in first })
        }
    }

    private static func mark(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        if text.utf8.count < markByteCountMin {
            value.refuse("a mark has at least \(markByteCountMin) bytes, so that no other row has it by accident")
        }
        return text
    }
}
