package import Columnar

/// What a column of a table or query becomes in the lake, or why it has no place there yet.
package struct ColumnPlace: Sendable, Hashable {
    /// Where a column's values go.
    package enum Place: Sendable, Hashable {
        /// They have an exact place.
        case exact(LogicalType)
        /// They are, or hold, timestamps without a zone, which the dataset must say the zone of; then they have a place.
        case needsZone(LogicalType)
        /// They are, or hold, numerics without a precision, which the dataset must say.
        ///
        /// - Parameter takesDecimal: whether `type: "decimal(p,s)"` is a way out; else only `type: text` is.
        case needsDigits(takesDecimal: Bool)
        /// They have none, for a reason.
        case none(reason: String)
    }

    /// The column's name.
    package let name: String
    /// Its type, as SQL writes it.
    package let typeName: String
    /// Whether it is a table's column that is NOT NULL.
    package let isNotNull: Bool
    /// Where its values go.
    package let place: Place
}

extension PostgresConnection {
    /// The columns of a table or query, each with its place: a column without one does not hide the others.
    ///
    /// - Parameters:
    ///   - declarations: what a dataset says of columns; of others than there are, nothing is said here.
    /// - Throws: `noSuchTable`, `invalidQuery`, errors of the connection.
    package func columnPlaces(
        of source: CopyRequest.Source, declarations: [String: ColumnDeclaration] = [:]
    ) throws(PostgresError) -> [ColumnPlace] {
        let columns = try describe("SELECT * FROM \(try relation(source))")
        let isTable = if case .table = source { true } else { false }
        let facts = try columnFacts(columns, isTable: isTable)
        var resolvers = Resolvers(
            strict: TypeResolver(self, hasNaiveTimestamps: false), lenient: TypeResolver(self, hasNaiveTimestamps: true)
        )
        var places: [ColumnPlace] = []
        for (index, column) in columns.enumerated() {
            places.append(
                ColumnPlace(
                    name: column.name, typeName: facts.typeNames[index], isNotNull: facts.areNotNull[index],
                    place: try resolvers.place(of: column, declarations[column.name])))
        }
        return places
    }
}

extension PostgresConnection {
    /// Asks for no rows of some columns. Nothing is read, but the server checks our rights to the tables, and to those
    /// behind views, and takes the locks that reading would.
    ///
    /// - Throws: `notPermitted`, `noSuchColumn`, errors of the connection.
    package func checkRights(to columns: [String], of source: CopyRequest.Source) throws(PostgresError) {
        var names: [String] = []
        for column in columns { names.append("source." + (try quotedIdentifier(column))) }
        try execute("SELECT \(names.joined(separator: ", ")) FROM \(try relation(source)) LIMIT 0")
    }
}

/// Resolves a column as it would be without, and with, a declared zone of its timestamps.
private struct Resolvers {
    var strict: TypeResolver
    var lenient: TypeResolver

    mutating func place(
        of column: ResultColumn, _ declared: ColumnDeclaration?
    ) throws(PostgresError) -> ColumnPlace.Place {
        do throws(PostgresError) {
            return .exact(try strict.resolve(column.type, column: column.name, declared: declared).type.logicalType)
        } catch {
            switch error.code {
            case .undeclaredType: break
            case .unsupportedType: return .none(reason: error.message)
            default: throw error
            }
        }
        do throws(PostgresError) {
            return .needsZone(
                try lenient.resolve(column.type, column: column.name, declared: declared).type.logicalType)
        } catch {
            switch error.code {
            case .undeclaredType: return .needsDigits(takesDecimal: try takesDecimal(column))
            case .unsupportedType: return .none(reason: error.message)
            default: throw error
            }
        }
    }

    private mutating func takesDecimal(_ column: ResultColumn) throws(PostgresError) -> Bool {
        do throws(PostgresError) {
            _ = try lenient.resolve(
                column.type, column: column.name, declared: .decimal(precision: 38, scale: 9))
            return true
        } catch {
            guard error.code == .undeclaredType || error.code == .unsupportedType else { throw error }
            return false
        }
    }
}
