internal import ChartGrammar
internal import Checksum
internal import Formatting
internal import Report

/// What every page of ours has around its content: head, policy, style, script.
struct PageFrame {
    let locale: String
    let direction: LocaleData.WritingDirection
    let palette: Palette
    let title: String
    let description: String
    /// What the page is about, for whoever checks it: `almanac:tenant` and others.
    let facts: [(name: String, value: String)]
    let hasScript: Bool

    /// The whole document. Same content, same bytes.
    func page(_ body: HTML) -> [UInt8] {
        let style = "\n" + SVGWriter.variables(palette) + "\n" + SVGWriter.styles + "\n" + PageStyle.text + "\n"
        let script = "\n" + PageScript.text + "\n"
        let metas = facts.map { fact in HTML("<meta name=\"almanac:\(fact.name)\" content=\"\(fact.value)\">") }
        let scriptTag = hasScript ? HTML(markup: "<script>\(script)</script>\n") : ""
        let document: HTML = """
            <!doctype html>
            <html lang="\(locale)" dir="\(direction.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy(style, hasScript ? script : nil))">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <meta name="referrer" content="no-referrer">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <meta name="description" content="\(description)">
            \(metas.joined())
            <style>\(HTML(markup: style))</style>
            </head>
            <body>
            \(body)
            \(scriptTag)</body>
            </html>

            """
        return Array(document.description.utf8)
    }

    /// Nothing may be loaded but the page's own style, script and pictures within it. Attributes may hold style: charts
    /// name their colours there.
    private func policy(_ style: String, _ script: String?) -> String {
        var parts = [
            "default-src 'none'", "img-src data:", "style-src-elem 'sha256-\(Self.hash(style))'",
            "style-src-attr 'unsafe-inline'", "base-uri 'none'", "form-action 'none'",
        ]
        if let script { parts.append("script-src 'sha256-\(Self.hash(script))'") }
        return parts.joined(separator: "; ")
    }

    private static func hash(_ text: String) -> String { Base64.text(SHA256Digest(of: text).bytes) }
}
