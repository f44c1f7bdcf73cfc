internal import Effects
internal import SystemPackage

/// The shops: tenants of the retail kind, with a schema each.
struct ShopCollection {
    /// A shop before its rows are counted.
    struct Shop {
        let id: String
        let name: String
        let timeZone: String
        let currency: String

        /// The schema, and the end of its reader's name.
        var schema: String { id.replacing("-", with: "_") }
        /// The role that reads this shop's schema and no other.
        var reader: String { "reader_\(schema)" }
        /// The variable of its URL.
        var urlVariable: String { "ALMANAC_DEMO_\(schema.uppercased())_URL" }
    }

    let origin: DemoInventory.Origin
    let shops: [Shop]
    /// What tells whether the rows that are there are these.
    let fingerprint: String
    private let fill: (inout [CopyText]) throws -> Void

    /// The shops that share the customers of the published log: the remainder of the customer's number by three.
    static let published = [
        Shop(id: "harbour-records", name: "Harbour Records", timeZone: "America/New_York", currency: "USD"),
        Shop(id: "northside-music", name: "Northside Music", timeZone: "America/Chicago", currency: "USD"),
        Shop(id: "lakeview-discs", name: "Lakeview Discs", timeZone: "America/Los_Angeles", currency: "USD"),
    ]

    /// The shops that are made up.
    static let generated = [
        Shop(id: "sample-bookshop", name: "Sample Bookshop", timeZone: "Europe/London", currency: "GBP"),
        Shop(id: "sample-toyshop", name: "Sample Toyshop", timeZone: "America/New_York", currency: "USD"),
    ]

    /// The published shops if their file is there, else the made-up ones.
    init(datasets: FilePath?, on machine: Machine) throws {
        if let path = datasets?.appending("CDNOW_master.txt"), let status = try machine.files.status(of: path) {
            origin = .published
            shops = Self.published
            fingerprint = "shops 1 published \(status.size)"
            fill = { texts in
                try PurchaseFile(try DataFile(path, on: machine)).forEachPurchase { purchase in
                    let shop = Int(purchase.customer % Int64(Self.published.count))
                    texts[shop].append(purchase, of: Self.published[shop])
                }
            }
        } else {
            origin = .generated
            shops = Self.generated
            fingerprint = "shops 1 generated"
            fill = { texts in
                for (index, shop) in Self.generated.enumerated() {
                    for purchase in GeneratedRows.purchases(seed: UInt64(index) + 1) {
                        texts[index].append(purchase, of: shop)
                    }
                }
            }
        }
    }

    /// The script that makes the schemas anew and fills them.
    func script() throws -> [UInt8] {
        var texts = shops.map { _ in CopyText() }
        try fill(&texts)
        let all = (Self.published + Self.generated).map(\.schema).joined(separator: ", ")
        var script = Array("DROP SCHEMA IF EXISTS \(all) CASCADE;\n".utf8)
        for (shop, text) in zip(shops, texts) {
            script += Self.definition(of: shop).utf8
            script += text.script(into: "\(shop.schema).orders")
            script += Self.rights(of: shop).utf8
        }
        return script
    }

    private static func definition(of shop: Shop) -> String {
        """
        CREATE SCHEMA \(shop.schema);
        COMMENT ON SCHEMA \(shop.schema) IS '\(shop.name)';
        CREATE TABLE \(shop.schema).orders (
          id bigint NOT NULL,
          customer_id bigint NOT NULL,
          placed_at timestamptz NOT NULL,
          items integer NOT NULL CHECK (items >= 0),
          revenue_minor bigint NOT NULL CHECK (revenue_minor >= 0),
          currency text NOT NULL);
        COMMENT ON COLUMN \(shop.schema).orders.revenue_minor IS 'What was paid, in hundredths of the currency';

        """
    }

    private static func rights(of shop: Shop) -> String {
        """
        ALTER TABLE \(shop.schema).orders ADD PRIMARY KEY (id);
        CREATE INDEX ON \(shop.schema).orders (placed_at);
        \(DemoRoles.create(shop.reader))
        ALTER SCHEMA \(shop.schema) OWNER TO \(DemoRoles.owner);
        ALTER TABLE \(shop.schema).orders OWNER TO \(DemoRoles.owner);
        GRANT USAGE ON SCHEMA \(shop.schema) TO \(shop.reader);
        GRANT SELECT ON \(shop.schema).orders TO \(shop.reader);
        ANALYZE \(shop.schema).orders;

        """
    }
}

extension CopyText {
    fileprivate mutating func append(_ purchase: Purchase, of shop: ShopCollection.Shop) {
        field(purchase.id)
        field(purchase.customer)
        // With the zone's name: Postgres makes the instant by its own rules, which are then a check of ours.
        field("\(purchase.localTime) \(shop.timeZone)")
        field(purchase.items)
        field(purchase.minorUnits)
        field(shop.currency)
        endRow()
    }
}
