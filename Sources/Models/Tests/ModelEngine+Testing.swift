internal import Columnar
internal import Query

/// A test of a model that does not hold.
package struct ModelTestFailure: Sendable, Equatable {
    /// The model.
    package let model: String
    /// The test: `unique(day)`.
    package let test: String
    /// How many rows break it; of `unique` how many keys, of `sums_equal` one.
    package let rowCount: Int64
    /// A query that shows some of them.
    package let example: String
}

extension ModelEngine {
    /// Holds a model's rows to its tests: those that its tables have under its name, or the view's.
    ///
    /// - Throws: `ModelError.query` for a test that cannot be asked: the other table has no such column.
    package func failures(of model: ModelDefinition, _ parameters: ModelParameters) throws -> [ModelTestFailure] {
        let session = session(parameters)
        var failures: [ModelTestFailure] = []
        for test in model.tests {
            let question = test.question(on: model.name)
            let count: Int64
            do {
                count = try session.rows(question.count).rows.first?.first?.wholeNumber ?? 0
            } catch let error as QueryError {
                throw ModelError(
                    error, model: model.name, in: SourceText(question.count, name: "the test \(test.label)"))
            }
            guard count > 0 else { continue }
            failures.append(
                ModelTestFailure(model: model.name, test: test.label, rowCount: count, example: question.example))
        }
        return failures
    }
}

extension Scalar {
    fileprivate var wholeNumber: Int64? { if case .int(let value) = self { value } else { nil } }
}
