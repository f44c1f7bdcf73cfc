package import CivilTime
package import Columnar

/// Computes several models of one dataset in one pass over its batches.
///
/// Rows in: every row once. Bytes touched: the union of the models' input columns. Memory: the models' groups.
package final class ModelRunner {
    private struct Entry {
        let model: any AggregateModel
        let accumulator: any ModelAccumulator
    }

    private let entries: [Entry]
    private let context: AggregateContext
    private let eventTime: String
    /// The columns that must be read, each once.
    package let columns: [String]
    /// The rows seen so far.
    package private(set) var rowCount: Int64 = 0

    /// The earliest and the last day that a model takes: 1900-01-01 and 2100-12-31.
    private static let calendarDays: ClosedRange<Int32> = -25_567...47_846

    /// - Precondition: all models are of one dataset and event time.
    package init(_ models: [any AggregateModel], context: AggregateContext) {
        precondition(Set(models.map(\.dataset)).count == 1 && Set(models.map(\.eventTime)).count == 1)
        self.context = context
        eventTime = models[0].eventTime
        entries = models.map { Entry(model: $0, accumulator: $0.accumulator(context)) }
        var seen: Set<String> = []
        columns = models.flatMap(\.inputs).filter { seen.insert($0).inserted }
    }

    /// Takes rows of the dataset; the batch has at least `columns`.
    package func add(_ batch: ColumnBatch) throws(AnalyticsError) {
        let days = try localDays(of: batch)
        for entry in entries {
            let inputs: ColumnBatch
            do {
                inputs = try batch.selecting(entry.model.inputs)
            } catch {
                throw .column(error, model: entry.model.name)
            }
            try entry.accumulator.add(inputs, days: days.span)
        }
        rowCount += Int64(batch.rowCount)
    }

    /// The models' tables, with the common columns.
    package func finish() throws(AnalyticsError) -> [(model: any AggregateModel, table: ColumnBatch)] {
        var tables: [(model: any AggregateModel, table: ColumnBatch)] = []
        for entry in entries {
            let rows = try entry.accumulator.rows()
            do {
                let own = try ColumnBatch(schema: entry.model.schema, rows: rows)
                tables.append((entry.model, try CommonColumns.adding(to: own, of: entry.model, context)))
            } catch {
                throw .column(error, model: entry.model.name)
            }
        }
        return tables
    }

    private func localDays(of batch: ColumnBatch) throws(AnalyticsError) -> [Int32] {
        let name = entries[0].model.name
        let column: Column
        do {
            column = try batch.column(eventTime)
        } catch {
            throw .column(error, model: name)
        }
        guard column.type == .timestamp, case .int64(let instants) = column.values else {
            throw .wrongType(
                column: eventTime, expected: "timestamp", found: column.type.description, model: name)
        }
        guard column.nullCount == 0 else { throw .missing(column: eventTime, model: name) }
        var days = [Int32](repeating: 0, count: batch.rowCount)
        var span = days.mutableSpan
        context.calendar.zone.localDates(instants.span, into: &span)
        for day in days where !Self.calendarDays.contains(day) {
            throw .outsideCalendar(column: eventTime, model: name)
        }
        return days
    }
}
