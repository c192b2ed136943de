/// The cells of a preset, and what came of each.
package struct Comparison: Sendable {
    /// What became of a cell.
    package enum Outcome: Sendable {
        case measured(CellResult)
        /// It could not be measured, for a reason.
        case failed(String)
    }

    package struct Entry: Sendable {
        package let cell: Cell
        package let outcome: Outcome
        /// Whether it was measured by an earlier run.
        package let isFromBefore: Bool

        package init(cell: Cell, outcome: Outcome, isFromBefore: Bool = false) {
            self.cell = cell
            self.outcome = outcome
            self.isFromBefore = isFromBefore
        }

        /// The result, when there is one.
        package var result: CellResult? {
            if case .measured(let result) = outcome { result } else { nil }
        }
    }

    /// How far a comparison is.
    package struct Progress: Sendable {
        package let cell: Cell
        /// Cells that are done, with the part of the one that is being measured.
        package let done: Double
        package let all: Int
    }

    package let preset: Preset
    package private(set) var entries: [Entry]

    package init(preset: Preset, entries: [Entry]) {
        self.preset = preset
        self.entries = entries
    }

    /// Measures the cells that the file does not have yet, one after the other, and adds each to it.
    ///
    /// A cell that fails is noted, and the others are measured.
    ///
    /// - Throws: ``OutputError``, `CancellationError`; what was finished is in the file.
    package init(
        _ preset: Preset, run: CellRun, file: ResumeFile, progress: @escaping @Sendable (Progress) -> Void
    ) async throws {
        self.init(preset: preset, entries: [])
        let cells = preset.cells
        for (number, cell) in cells.enumerated() {
            if let result = file[cell] {
                entries.append(Entry(cell: cell, outcome: .measured(result), isFromBefore: true))
                continue
            }
            let tell: @Sendable (Double) -> Void = { part in
                progress(Progress(cell: cell, done: Double(number) + part, all: cells.count))
            }
            tell(0)
            do {
                let result = try await run.measure(cell, progress: tell)
                try file.append(cell, result)
                entries.append(Entry(cell: cell, outcome: .measured(result)))
            } catch let error as CellError {
                entries.append(Entry(cell: cell, outcome: .failed("\(error)")))
            }
        }
    }

    /// How many times as many requests a second a model answers as its counterpart in Python; `nil` when there is none.
    package func ratioToReference(_ entry: Entry) -> Double? {
        guard !entry.cell.server.isReference, let ours = entry.result?.rate else { return nil }
        var cell = entry.cell
        cell.server.isReference = true
        guard let theirs = entries.first(where: { $0.cell == cell })?.result?.rate, theirs > 0 else { return nil }
        return ours / theirs
    }
}
