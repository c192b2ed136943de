import Foundation

/// The report of one or more comparisons: one HTML document that needs nothing else, no script, no file, no network.
package struct Report: Sendable {
    private let comparisons: [Comparison]
    private let machine: Machine
    private let command: String

    /// - Parameter command: the words of the command that makes it again.
    package init(_ comparisons: [Comparison], machine: Machine, command: [String]) {
        self.comparisons = comparisons
        self.machine = machine
        self.command = command.map(Self.quoted).joined(separator: " ")
    }

    /// Writes the document; whoever sees the file sees it whole.
    ///
    /// - Throws: ``OutputError``.
    package func write(to path: String) throws(OutputError) {
        do {
            try Data(html.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw OutputError(path: path, reason: error.localizedDescription)
        }
    }

    /// The document; well-formed as XML too.
    package var html: String {
        var figures = 0
        let sections = comparisons.map { comparison -> Markup in
            let groups = comparison.figureGroups.map { group -> Markup in
                let drawn = group.figures.map { figure -> Markup in
                    figures += 1
                    return figure.markup(number: figures)
                }
                let heading = group.heading.map { "<h3>\($0)</h3>\n" as Markup } ?? ""
                return "\(heading)<div class=\"figures\">\n\(drawn)\n</div>"
            }
            return section(comparison, groups)
        }
        let names = listed(comparisons.map(\.preset.name))
        let document: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>Server models compared: \(names)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            \(Self.patterns)
            <header>
            <h1>Server models compared</h1>
            <p>The same service and the same simulated clients, one server model after another, each in a process of its own.</p>
            <dl>
            \(machine.facts.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>" as Markup })
            </dl>
            <p class="quiet">To run it again (<code>--fresh</code> measures anew what is known already):</p>
            <pre>\(command)</pre>
            </header>
            <main>
            \(sections)
            </main>
            \(Self.glossary)
            </body>
            </html>
            """
        return document.description + "\n"
    }

    /// A word as a shell takes it.
    package static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./:,=+".utf8.contains(byte)
            }
        }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// The pattern of the bars of programs in Python; in a drawing of its own, since several use it.
    private static let patterns: Markup = """
        <svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>\
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
        <line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs></svg>
        """

    private func section(_ comparison: Comparison, _ figures: [Markup]) -> Markup {
        let preset = comparison.preset
        let known = comparison.entries.count { $0.isFromBefore }
        let note: Markup =
            known > 0
            ? "<p class=\"quiet\">\(known) of \(comparison.entries.count) rows were measured by an earlier run.</p>"
            : ""
        return """
            <section aria-labelledby="\(preset.name)">
            <h2 id="\(preset.name)">\(preset.name)</h2>
            <p class="question">\(preset.question)</p>
            <ul>
            \(comparison.findings.map { "<li>\($0)</li>" as Markup })
            </ul>
            <p>\(preset.explanation) \(preset.deviations)</p>
            <p class="quiet">\(comparison.conditions).</p>
            \(Self.table(comparison))
            \(note)
            \(figures)
            </section>
            """
    }

    private static func table(_ comparison: Comparison) -> Markup {
        let table = ComparisonTable(comparison)
        let head = table.columns.map { column -> Markup in
            "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" as Markup : "")>\(column.title)</th>"
        }
        let rows = table.rows.map { row -> Markup in
            let cells = zip(table.columns, row).enumerated().map { number, cell -> Markup in
                if number == 0 { return "<th scope=\"row\">\(cell.1)</th>" }
                return "<td\(cell.0.isNumber ? " class=\"number\"" as Markup : "")>\(cell.1)</td>"
            }
            return "<tr>\(cells)</tr>"
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="Figures of \(comparison.preset.name)">
            <table>
            <caption>Figures of \(comparison.preset.name)</caption>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            """
    }

    /// What the columns are.
    private static let glossary: Markup = """
        <footer>
        <h2>What the figures are</h2>
        <dl>
        <dt>p50, p99, max</dt><dd>how long clients waited: for being served, or for each answer; half of them no longer than p50</dd>
        <dt>threads</dt><dd>that the model serves with, at most; of a program that does not tell, all of its process</dd>
        <dt>switches</dt><dd>times that a thread left the processor, to wait or since another's turn had come</dd>
        <dt>CPU</dt><dd>processor time of the server and its child processes while the clients were there</dd>
        <dt>memory</dt><dd>resident at most, of the server and its child processes; what they share counts for each</dd>
        <dt>queue</dt><dd>entries in the server's queues at most; what waits in the kernel is not in it</dd>
        </dl>
        </footer>
        """
}
