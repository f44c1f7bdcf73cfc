internal import CivilTime
internal import Columnar
internal import Configuration
internal import Effects
internal import Extract
internal import Lake
internal import Models
internal import PDFCanvas
internal import Parquet
internal import PostgresCopy
internal import Rendering
internal import Report
internal import Tenancy

/// A failure as people read it: what could not be done, why, where, and what to try.
///
/// Made once, where an error leaves the target that knows it; shown by the command line, kept in the ledger.
/// Holds no row values, no SQL arguments and no secrets.
package struct Failure: Error, Sendable, Equatable {
    /// The kind of cause; the exit code follows from it.
    package var cause: CauseCode
    /// What could not be done, in the user's words: one line.
    package var summary: String
    /// The reason, in one line.
    package var why: String?
    /// Lines that show the place, such as a line of a file with a caret under it.
    package var details: String?
    /// A command or a statement that can be pasted.
    package var remedy: String?

    package init(
        _ cause: CauseCode, _ summary: String, why: String? = nil, details: String? = nil, remedy: String? = nil
    ) {
        self.cause = cause
        self.summary = summary
        self.why = why
        self.details = details
        self.remedy = remedy
    }
}

extension Failure: CustomStringConvertible {
    /// The failure in one line, for lists and the ledger.
    package var description: String { why.map { "\(summary): \($0)" } ?? summary }
}

extension Failure {
    /// An error of any target as people read it.
    /// - Parameter doing: what could not be done, as the end of "can't …".
    package init(classifying error: any Error, doing: String) {
        if let failure = error as? Failure {
            self = failure
            return
        }
        let (cause, remedy) = Self.classify(error)
        // Some errors bring their own layout: the first line says what is wrong, the others show where.
        let text = "\(error)"
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.init(
            cause, "can't \(doing)", why: lines[0], details: lines.count > 1 ? lines[1] : nil, remedy: remedy)
    }

    private static func classify(_ error: any Error) -> (cause: CauseCode, remedy: String?) {
        switch error {
        case let error as FileError: (cause(of: error.code), nil)
        case let error as TenancyError: cause(of: error)
        case is ConfigurationErrors, is ConfigurationError: (.configuration, "almanac check")
        case is SecretError: (.configuration, nil)
        case let error as LedgerError: (cause(of: error), nil)
        case let error as ParquetError: (error.code == .inputOutput ? .readWrite : .dataRefused, nil)
        case let error as ExtractError: (cause(ofExitCode: error.exitCode), nil)
        case let error as PostgresError: (cause(ofExitCode: error.exitCode), nil)
        case let error as LakeError: (cause(of: error.code), nil)
        case let error as ReportError: (cause(of: error), error.remedy)
        case is PDFCanvasError: (.configuration, "almanac doctor")
        case is PDFRenderingError: (.configuration, "brand: { color: \"#173F66\" }")
        case is ReceiptError, is ArtefactError: (.dataRefused, nil)
        case is WorkbookError: (.readWrite, nil)
        case is ModelError, is ColumnarError: (.dataRefused, nil)
        case is CivilTimeError: (.usage, nil)
        default: (.bug, nil)
        }
    }

    private static func cause(of code: FileError.Code) -> CauseCode {
        switch code {
        case .notPermitted: .notPermitted
        case .exists, .invalidPath: .cannotCreate
        case .notFound, .diskFull, .tooManyOpenFiles, .readWrite: .readWrite
        }
    }

    private static func cause(of error: TenancyError) -> (cause: CauseCode, remedy: String?) {
        switch error.code {
        case .invalidName: (.usage, "a name is of a-z, 0-9, _ and -, at most 63 characters")
        case .unknownTenant: (.usage, "almanac tenants list")
        case .noProject, .configuration: (.configuration, "almanac check")
        case .unreadable: (.readWrite, nil)
        case .queryFailed(let exitCode): (cause(ofExitCode: exitCode), nil)
        }
    }

    private static func cause(ofExitCode code: Int32) -> CauseCode {
        CauseCode.allCases.first { $0.exitCode == code } ?? .dataRefused
    }

    private static func cause(of code: LakeError.Code) -> CauseCode {
        switch code {
        case .noTable, .noVersion: .usage
        case .damaged, .unsupported, .superseded, .schema, .tenantMismatch: .dataRefused
        case .conflict: .busy
        case .outcomeUnknown: .readWrite
        case .notCommitted: .bug
        }
    }

    private static func cause(of error: ReportError) -> CauseCode {
        switch error {
        case .unknownReport: .usage
        case .unknownCurrency, .sentence, .notAdditive: .configuration
        case .needsSubject, .unknownFigure: .usage
        case .missingTable, .wrongTable, .otherCurrencies, .overflow: .dataRefused
        }
    }

    private static func cause(of error: LedgerError) -> CauseCode {
        switch error {
        case .leaseLost: .busy
        case .ambiguous: .usage
        case .store: .readWrite
        }
    }
}
