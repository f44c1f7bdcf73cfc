/// Where a shop keeps touches, conversions and refunds; the defaults are the names of NEXUS's tables.
package struct JourneySources: Sendable {
    /// The columns of touches.
    package struct Touches: Sendable {
        /// The table.
        package var table = "commerce_events"
        /// Tells touches of one instant apart.
        package var id = "id"
        /// Whose touch it is.
        package var journey = "visitor_id"
        /// When: a time with a zone.
        package var at = "occurred_at"
        /// What is credited.
        package var channel = "channel"
        /// Touches of one session and channel in a row are one; nil where each stands for itself.
        package var session: String? = "session_id"
        /// A condition in SQL that rows have to meet; nil where all are touches.
        package var condition: String?
    }

    /// The columns of conversions.
    package struct Conversions: Sendable {
        /// The table.
        package var table = "orders"
        /// The conversion's key.
        package var id = "id"
        /// Whose conversion it is.
        package var journey = "visitor_id"
        /// When: a time with a zone.
        package var at = "placed_at"
        /// Minor units.
        package var value = "items_minor"
        /// The currency of the value; nil where there is one for all.
        package var currency: String? = "currency"
        /// A condition in SQL that rows have to meet; nil where all are conversions.
        package var condition: String?
    }

    /// The columns of refunds.
    package struct Refunds: Sendable {
        /// The table.
        package var table = "order_refunds"
        /// Tells refunds of one instant apart.
        package var id = "id"
        /// The key of the conversion whose money is given back.
        package var conversion = "order_id"
        /// When: a time with a zone.
        package var at = "refunded_at"
        /// Minor units.
        package var value = "items_minor"

        package init() {}

        /// All names at once.
        package init(table: String, id: String, conversion: String, at: String, value: String) {
            (self.table, self.id, self.conversion, self.at, self.value) = (table, id, conversion, at, value)
        }
    }

    /// What people saw and clicked.
    package var touches = Touches()
    /// What they bought.
    package var conversions = Conversions()
    /// What was given back; nil where nothing is.
    package var refunds: Refunds? = Refunds()

    package init() {}

    // Kinds of rows, in the order in which those of one instant count: a touch may bring about the conversion of its
    // instant, and a refund follows it.
    static let (touchKind, conversionKind, refundKind) = ("0", "1", "2")

    /// All three as one log of (journey, at, seq, kind, channel, session, conversion_id, value, currency): `seq` is the kind
    /// and the row's own id.
    var log: String {
        let touches = """
            SELECT cast(\(Self.name(touches.journey)) AS text) AS journey, \(Self.name(touches.at)) AS at,
            \(Self.seq(Self.touchKind, touches.id)) AS seq, '\(Self.touchKind)' AS kind,
            cast(\(Self.name(touches.channel)) AS text) AS channel, \(Self.text(touches.session)) AS session,
            cast(NULL AS text) AS conversion_id, cast(NULL AS bigint) AS value, cast(NULL AS text) AS currency
            FROM \(Self.name(touches.table))\(Self.filter(touches.condition))
            """
        let own = """
            SELECT cast(\(Self.name(conversions.journey)) AS text) AS journey, \(Self.name(conversions.at)) AS at,
            \(Self.seq(Self.conversionKind, conversions.id)) AS seq, '\(Self.conversionKind)' AS kind,
            cast(NULL AS text) AS channel, cast(NULL AS text) AS session,
            cast(\(Self.name(conversions.id)) AS text) AS conversion_id,
            cast(\(Self.name(conversions.value)) AS bigint) AS value, \(Self.text(conversions.currency)) AS currency
            FROM \(Self.name(conversions.table))\(Self.filter(conversions.condition))
            """
        guard let refunds else { return "\(touches) UNION ALL \(own)" }
        // A refund stands in the journey of its conversion.
        let given = """
            SELECT c.journey, r.\(Self.name(refunds.at)) AS at, \(Self.seq(Self.refundKind, refunds.id, of: "r")) AS seq,
            '\(Self.refundKind)' AS kind, cast(NULL AS text) AS channel, cast(NULL AS text) AS session, c.conversion_id,
            cast(r.\(Self.name(refunds.value)) AS bigint) AS value, c.currency
            FROM \(Self.name(refunds.table)) r
            JOIN (\(own)) c ON cast(r.\(Self.name(refunds.conversion)) AS text) = c.conversion_id
            """
        return "\(touches) UNION ALL \(own) UNION ALL \(given)"
    }

    /// The call of `attribution` over the log, up to its closing parenthesis.
    func call(_ log: String, by grain: String, windowSeconds: Int64) -> String {
        let session = touches.session == nil ? "" : ", session => session"
        return """
            attribution(TABLE (\(log)), journey => journey, at => at, seq => seq,
            touch => kind = '\(Self.touchKind)', channel => channel, conversion => kind = '\(Self.conversionKind)',
            conversion_id => conversion_id, value => value, currency => currency,
            refund => kind = '\(Self.refundKind)'\(session), window => INTERVAL '\(windowSeconds) seconds', by => '\(grain)'
            """
    }

    /// A name in SQL.
    static func name(_ name: String) -> String {
        // Datasets of a schema have a point between two names.
        name.split(separator: ".", omittingEmptySubsequences: false)
            .map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ".")
    }

    /// A text in SQL.
    static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    private static func text(_ column: String?) -> String {
        column.map { "cast(\(name($0)) AS text)" } ?? "cast(NULL AS text)"
    }

    private static func filter(_ condition: String?) -> String { condition.map { " WHERE \($0)" } ?? "" }

    /// Numbers as texts of one length are in the order of numbers.
    private static func seq(_ kind: String, _ id: String, of table: String? = nil) -> String {
        "'\(kind)' || lpad(cast(\(table.map { "\($0)." } ?? "")\(name(id)) AS text), 64, ' ')"
    }
}
