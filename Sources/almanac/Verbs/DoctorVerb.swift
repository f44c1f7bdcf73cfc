internal import ArgumentParser
internal import CivilTime
internal import Demonstration
internal import Effects
internal import PDFCanvas
internal import Rendering
internal import Runs
internal import SystemPackage
internal import Tenancy

struct DoctorVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "See whether this machine and project have what they need.",
        discussion: """
            Examples:
              almanac doctor
              almanac doctor --project demo
              almanac doctor --json

            Exit codes: 0 all well, perhaps with warnings; 78 something is missing.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var location: ProjectOptions

    /// What was looked at.
    private struct Finding: Encodable {
        let part: String
        let state: String
        let text: String
        var fix: String?
    }

    func run() throws {
        let environment = try common.environment()
        var findings = [
            Finding(part: "almanac", state: "ok", text: EngineVersion.text), fonts(), zones(environment),
            server(),
        ]
        findings += projectFindings(environment)
        let failures = findings.count { $0.state == "FAIL" }
        let warnings = findings.count { $0.state == "warn" }
        if common.json {
            try common.console.answer(json: ["findings": findings])
        } else {
            for finding in findings { tell(finding) }
            common.console.answer(
                failures + warnings == 0
                    ? "All well." : "\(failures) failures, \(warnings) warnings.\(failures > 0 ? " Exit 78." : "")")
        }
        if failures > 0 { throw ExitCode(CauseCode.configuration.exitCode) }
    }

    private func tell(_ finding: Finding) {
        let console = common.console
        let mark =
            switch finding.state {
            case "ok": console.calm("ok  ")
            case "warn": console.caution("warn")
            default: console.alarm("FAIL")
            }
        let part = finding.part + String(repeating: " ", count: max(0, 12 - finding.part.count))
        console.answer("\(mark)  \(part)  \(finding.text)")
        if let fix = finding.fix { console.answer("      fix: \(fix)") }
    }

    /// Every family of the theme, in the weights that pages use, by asking Pango for them.
    private func fonts() -> Finding {
        do {
            let renderer = try PDFRenderer(fontConfiguration: nil)
            if let problem = try renderer.fontProblems().first {
                let lines = problem.description.split(separator: "\n")
                return Finding(
                    part: "fonts", state: "FAIL", text: String(lines[0]),
                    fix: "apt install fonts-inter fonts-noto-core fonts-jetbrains-mono")
            }
            let count = renderer.fontListing.split(separator: "\n").count
            return Finding(part: "fonts", state: "ok", text: "\(count) fonts, all families of the pages")
        } catch {
            return Finding(part: "fonts", state: "FAIL", text: "\(error)", fix: "scripts/install-packages")
        }
    }

    private func zones(_ environment: RunEnvironment) -> Finding {
        do {
            _ = try environment.zones.zone("America/New_York")
            return Finding(
                part: "time zones", state: "ok",
                text: "\(environment.zones.version() ?? "version unknown") in \(environment.zones.folder)")
        } catch {
            return Finding(part: "time zones", state: "FAIL", text: "\(error)", fix: "apt install tzdata")
        }
    }

    /// Needed for the demo alone.
    private func server() -> Finding {
        if let installation = PostgresInstallation.newest(on: Machine()) {
            return Finding(part: "postgres", state: "ok", text: "server \(installation.version), for the demo")
        }
        return Finding(
            part: "postgres", state: "warn", text: "no server is installed; only the demo needs one",
            fix: "apt install postgresql-15")
    }

    private func projectFindings(_ environment: RunEnvironment) -> [Finding] {
        guard let project = try? location.open(common) else {
            return [
                Finding(part: "project", state: "warn", text: "none here", fix: "almanac demo, or --project FOLDER")
            ]
        }
        var findings: [Finding] = []
        do {
            let (scopes, failures) = try project.scopes([])
            findings.append(
                failures.isEmpty
                    ? Finding(part: "project", state: "ok", text: "\(scopes.count) tenants in \(project.layout.root)")
                    : Finding(
                        part: "project", state: "FAIL", text: "\(failures.count) tenants' files are not right",
                        fix: "almanac check"))
            let free = try environment.store.freeBytes(at: project.layout.root)
            let text = "\(free >> 30) GiB free"
            findings.append(
                free > 1 << 30
                    ? Finding(part: "disk", state: "ok", text: text)
                    : Finding(part: "disk", state: "warn", text: text, fix: "make room before the next run"))
            _ = try project.openLedger().runs(tenant: nil, limit: 1)
            findings.append(Finding(part: "ledger", state: "ok", text: "opens"))
        } catch {
            findings.append(Finding(part: "project", state: "FAIL", text: "\(error)"))
        }
        return findings
    }
}
