internal import ArgumentParser
internal import Extract
internal import Runs
internal import Tenancy

/// Tells what `check --live` finds, and ends with the code that a run would end with.
struct LiveCheckReport {
    let common: CommonOptions

    /// - Parameter names: the tenants to look at; empty for one of each kind.
    func tell(_ project: Project, tenants names: [String]) throws {
        let (scopes, failures) = try project.scopes(names)
        if let failure = failures.first {
            throw Failure(classifying: failure.error, doing: "use tenant '\(failure.name)'")
        }
        let shapes =
            names.isEmpty
            ? LiveProjectCheck.shapes(of: scopes) : scopes.map { LiveProjectCheck.Shape(scope: $0, tenantCount: 1) }
        let findings = LiveProjectCheck(project).findings(shapes.map(\.scope))
        let code = Self.exitCode(findings)
        if common.json {
            try common.console.answer(json: Answer(shapes, findings, exit: code))
        } else {
            tell(findings, shapes)
        }
        if code != 0 { throw ExitCode(code) }
    }

    /// One cause gives its code, several give 1.
    private static func exitCode(_ findings: [LiveFinding]) -> Int32 {
        let codes = Set(findings.map(\.exitCode)).subtracting([0])
        return codes.count > 1 ? 1 : codes.first ?? 0
    }

    private func tell(_ findings: [LiveFinding], _ shapes: [LiveProjectCheck.Shape]) {
        let console = common.console
        for shape in shapes {
            let mine = findings.filter { $0.tenant == shape.scope.id }
            let others = shape.tenantCount > 1 ? " (and \(shape.tenantCount - 1) more that share its tables)" : ""
            console.answer("\(mine.isEmpty ? console.calm("ok  ") : "    ")  \(shape.scope.id)\(others)")
            for finding in mine {
                let mark = finding.severity == .error ? console.alarm("FAIL") : console.caution("warn")
                console.answer("\(mark)    \(finding.dataset.map { "\($0): " } ?? "")\(finding.message)")
                if let remedy = finding.remedy { console.answer("        try: \(remedy)") }
            }
        }
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count - errors
        let code = Self.exitCode(findings)
        console.answer(
            findings.isEmpty
                ? "The databases are as the datasets say."
                : "\(errors) \(errors == 1 ? "error" : "errors"), \(warnings) \(warnings == 1 ? "warning" : "warnings")."
                    + (code == 0 ? "" : " Exit \(code)."))
    }

    private struct Answer: Encodable {
        struct Line: Encodable {
            let severity: String
            let tenant: String
            let tenantCount: Int
            let dataset: String?
            let column: String?
            let message: String
            let remedy: String?
        }

        let tenants: [String]
        let findings: [Line]
        let exit: Int32

        init(_ shapes: [LiveProjectCheck.Shape], _ findings: [LiveFinding], exit: Int32) {
            tenants = shapes.map(\.scope.id.text)
            self.exit = exit
            self.findings = findings.map { finding in
                Line(
                    severity: finding.severity.rawValue, tenant: finding.tenant.text,
                    tenantCount: shapes.first { $0.scope.id == finding.tenant }?.tenantCount ?? 1,
                    dataset: finding.dataset, column: finding.column, message: finding.message, remedy: finding.remedy)
            }
        }
    }
}
