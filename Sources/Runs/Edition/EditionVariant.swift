internal import Checksum
internal import Report
internal import Tenancy

/// What an edition is of beside its report and period: a person, and parameters that are not what they are by
/// themselves. Decides the folder below the period's, and is part of the run's identity.
struct EditionVariant {
    /// Whose edition it is; nil for the tenant's.
    let subject: ReportSubject?
    /// The values of all parameters.
    let parameters: ParameterValues
    /// The folders below the period's; none for the tenant's own edition with nothing given.
    let folders: [ResourceName]

    init(_ subject: ReportSubject?, _ parameters: ParameterValues) throws {
        self.subject = subject
        self.parameters = parameters
        var folders: [ResourceName] = []
        if let subject { folders.append(try Self.folder(of: subject)) }
        let identity = parameters.identity
        if !identity.isEmpty { folders.append(try ResourceName("with-\(Self.digits(identity, 12))")) }
        self.folders = folders
    }

    /// The variant as the ledger names it: the path of its folders.
    var name: String { folders.map(\.text).joined(separator: "/") }

    /// What makes it another run than those of other variants.
    var identity: String {
        let person = subject.map { "subject:\($0.key.utf8.count):\($0.key)" } ?? ""
        return [person, parameters.identity].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// Keys that are names of folders as they are stay so; all others are named by their hash. No two keys share a
    /// folder: no key that begins as a hash does keeps its name.
    private static func folder(of subject: ReportSubject) throws -> ResourceName {
        let isReserved =
            subject.key.hasPrefix("key-") || subject.key.hasPrefix("with-") || subject.key == ReceiptFiles.folder
        if !isReserved, let name = try? ResourceName(subject.key) { return name }
        return try ResourceName("key-\(digits(subject.key, 32))")
    }

    private static func digits(_ text: String, _ count: Int) -> String {
        String(SHA256Digest(of: text).description.prefix(count))
    }
}
