internal import Columnar

/// The removal effects of states by their names, as they are known when all journeys are: batches number their states each
/// for itself.
struct JourneyEffects: Sendable {
    private var effects: [[String?]: Double] = [:]
    private let areKnown: Bool

    /// None: models that need no chain do not ask for them.
    init() { areKnown = false }

    /// - Parameters:
    ///   - names: a column for each level, a row for each state.
    ///   - removal: the effects of these states.
    init(_ names: [Column], _ removal: [Double]) {
        areKnown = true
        for state in removal.indices { effects[names.map { $0.text(state) }] = removal[state] }
    }

    /// The effects of a batch's states; 0 of those that no path goes through.
    func of(_ journeys: JourneyBatch) -> [Double] {
        guard areKnown else { return [] }
        return (0..<journeys.stateCount).map { state in effects[journeys.stateNames.map { $0.text(state) }] ?? 0 }
    }
}
