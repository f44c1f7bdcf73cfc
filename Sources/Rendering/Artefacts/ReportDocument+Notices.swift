internal import Report

extension ReportDocument {
    /// What must be known before the figures are read, for the notes beside files of rows.
    var noticesJSON: CanonicalJSON {
        .list(
            notices.map { notice in
                .object([
                    "kind": .text(notice.kind.rawValue), "title": .text(notice.title),
                    "lines": .list(notice.lines.map(CanonicalJSON.text)),
                ])
            })
    }
}
