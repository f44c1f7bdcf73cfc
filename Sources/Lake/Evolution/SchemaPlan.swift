internal import Columnar

/// How the columns of a change become those of its table: decided in a value, from both schemas and the contract.
struct SchemaPlan {
    /// The table's columns afterwards.
    private(set) var table: StorageSchema
    /// The columns of new files, in the order of the change: those of the table that the change has.
    private(set) var file: StorageSchema
    /// For each column of the change, its place among the new files' columns; nil for one that is left out.
    private(set) var targets: [Int?] = []
    /// Whether files that are there have to be written again, with wider types.
    private(set) var rewritesFiles = false
    /// Columns of the table that the change does not have: missing values from now on.
    private(set) var missingColumns: [String] = []
    private let contract: SchemaContract?
    private let address: TableAddress

    /// The plan for a new table, or one whose columns are replaced.
    init(replacingBy schema: Schema, at address: TableAddress) throws(LakeError) {
        table = try StorageSchema(logical: schema)
        file = table
        targets = schema.fields.indices.map { $0 }
        contract = nil
        self.address = address
    }

    /// The plan for rows that come to a table.
    ///
    /// - Parameter contract: nil is as strict as `freeze`, but for columns that are gone: those are missing values.
    /// - Throws: `LakeError` (`schema`) with the exact difference.
    init(
        adding schema: Schema, to base: StorageSchema, contract: SchemaContract?, at address: TableAddress
    ) throws(LakeError) {
        self.contract = contract
        self.address = address
        table = base
        file = base
        var fields = base.logical.fields
        var names: [String] = []
        for field in schema.fields {
            if let index = base.logical.index(of: field.name) {
                fields[index] = try merged(fields[index], field)
                targets.append(names.count)
                names.append(field.name)
            } else if try isAdded(field) {
                fields.append(Field(field.name, field.type, isNullable: true, metadata: field.metadata))
                targets.append(names.count)
                names.append(field.name)
            } else {
                targets.append(nil)
            }
        }
        try checkMissing(base.logical, schema)
        table = try base.changing(to: fields)
        file = table.selecting(names)
    }

    // MARK: One column

    /// The table's column after rows of another column of its name have come.
    private mutating func merged(_ old: Field, _ new: Field) throws(LakeError) -> Field {
        var (type, isNullable) = (old.type, old.isNullable)
        switch TypeFit(new.type, old.type) {
        case .same, .always: break
        case .sometimes, .never:
            switch contract {
            case .discardRow, .discardValue: break
            case .evolve:
                guard let wider = TypeFit.common(old.type, new.type) else { throw differs(old, new) }
                type = wider
                rewritesFiles = true
            case .freeze, nil: throw differs(old, new)
            }
        }
        if !old.isNullable, new.isNullable {
            switch contract {
            case .evolve: isNullable = true
            case .discardRow, .discardValue: break
            case .freeze, nil: throw differs(old, new)
            }
        }
        return Field(old.name, type, isNullable: isNullable, metadata: old.metadata)
    }

    private func isAdded(_ field: Field) throws(LakeError) -> Bool {
        switch contract {
        case .evolve: return true
        case .discardRow, .discardValue: return false
        case .freeze, nil:
            throw LakeError(.schema, "can't append to table \(address): it has no column '\(field.name)'")
        }
    }

    private mutating func checkMissing(_ base: Schema, _ schema: Schema) throws(LakeError) {
        for field in base.fields where schema.index(of: field.name) == nil {
            guard contract == .evolve || contract == nil, field.isNullable else {
                throw LakeError(.schema, "can't append to table \(address): the rows have no column '\(field.name)'")
            }
            missingColumns.append(field.name)
        }
    }

    private func differs(_ old: Field, _ new: Field) -> LakeError {
        func words(_ field: Field) -> String { "\(field.type)\(field.isNullable ? "" : " and never missing")" }
        return LakeError(
            .schema,
            "can't append to table \(address): its column '\(old.name)' is \(words(old)), the new rows' is \(words(new))"
        )
    }

    /// What brings batches of the change's columns to those of the files; nil where they are the same.
    func conformer(from schema: Schema) -> RowConformer? {
        let isIdentical =
            targets.count == file.logical.fields.count && targets.enumerated().allSatisfy { $0.offset == $0.element }
            && zip(schema.fields, file.logical.fields).allSatisfy { TypeFit.isSame($0.type, $1.type) }
            && zip(schema.fields, file.logical.fields).allSatisfy { !$0.isNullable || $1.isNullable }
        return isIdentical ? nil : RowConformer(self, discardsValues: contract == .discardValue)
    }
}
