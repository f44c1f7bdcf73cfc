import AlmanacTesting
import Demonstration
import Foundation
import PostgresCopy
import Testing

/// A made-up tenant in a database of its own.
struct LoadedTenant {
    let source: GeneratedSource
    private let connection: PostgresConnection

    init(_ platform: GeneratedPlatform, index: Int, scale: Double, seed: UInt64 = 1) throws {
        let cluster = try TestPostgres.cluster()
        connection = try PostgresConnection(cluster.url(database: try cluster.makeDatabase()))
        source = platform.source(index: index, scale: scale, seed: seed)
        try source.load(into: connection, replaces: false)
        try connection.execute("SET search_path TO \(source.schema)")
    }

    /// Statements, one after the other.
    func run(_ script: String) throws {
        for statement in script.split(separator: ";") { try connection.execute(String(statement)) }
    }

    func rows(_ sql: String) throws -> [[String?]] { try connection.execute(sql).rows }

    func number(_ sql: String) throws -> Int64? { try connection.execute(sql).value.flatMap { Int64($0) } }

    func truth(_ name: String) -> Int64? { source.truths[name].map { number($0) } }

    func truth(_ name: String, _ part: String) -> TruthValue? {
        if case .object(let parts)? = source.truths[name] { parts[part] } else { nil }
    }

    /// A truth's number; 0 of what is none.
    func number(_ value: TruthValue?) -> Int64 { if case .number(let number)? = value { number } else { 0 } }

    /// The texts and numbers of a list of objects, as rows.
    func list(_ name: String, _ parts: [String]) -> [[String?]] {
        guard case .list(let items)? = source.truths[name] else { return [] }
        return items.map { item in
            guard case .object(let values) = item else { return [] }
            return parts.map { part in
                switch values[part] {
                case .text(let text): text
                case .number(let number): "\(number)"
                default: nil
                }
            }
        }
    }
}

extension TruthValue {
    /// A number or text, as Postgres writes it.
    var text: String {
        switch self {
        case .number(let value): "\(value)"
        case .text(let value): value
        default: ""
        }
    }

    /// A value of an object.
    func text(_ name: String) -> String {
        if case .object(let values) = self { values[name]?.text ?? "" } else { "" }
    }
}
