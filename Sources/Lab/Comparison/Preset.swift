import Foundation
import ServerModels

/// A comparison that is worth making, by the name of the notes' figure where it has one.
package struct Preset: Sendable {
    /// What its clients look at, and so what its tables and figures show.
    package enum Kind: String, Sendable, Codable {
        /// Which clients are served, and which leave.
        case whoIsServed
        /// How many requests a second, and what each costs.
        case speed
        /// Connections that are open at a time, and their memory.
        case connections
    }

    package let name: String
    package let question: String
    /// Why it comes out as it does.
    package let explanation: String
    package let kind: Kind
    package private(set) var matrices: [Matrix]
    /// How many clients each model serves, by the notes or by counting; models that are missing serve all.
    package let expected: [String: Int]?
    private var scale = 1.0
    /// Connections that a process can have at most.
    private var mostConnections = Int.max

    init(
        _ name: String, _ kind: Kind, question: String, explanation: String, _ matrices: [Matrix],
        expected: [String: Int]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.question = question
        self.explanation = explanation
        self.matrices = matrices
        self.expected = expected
    }

    /// A comparison that somebody puts together: it has no outcome that is known.
    package init(own matrix: Matrix, kind: Kind) {
        self.init(
            "own", kind, question: Self.ownQuestion(matrix, kind), explanation: "", [matrix])
    }

    private static func ownQuestion(_ matrix: Matrix, _ kind: Kind) -> String {
        let models = matrix.servers.map(\.name).joined(separator: ", ")
        return kind == .speed
            ? "How fast is each of \(models)?" : "Which clients are served by each of \(models)?"
    }

    /// All of them.
    ///
    /// - Parameters:
    ///   - cores: of the machine.
    ///   - scale: the notes' seconds are multiplied by it; of a preset that measures speed, the requests; of one that measures
    ///     connections, these.
    ///   - mostConnections: that a process can have; a preset with more is made to fit, and says so.
    package static func all(cores: Int, scale: Double = 1, mostConnections: Int = .max) -> [Preset] {
        (notes(scale: scale) + speed(cores: cores, scale: scale)).map { preset in
            var preset = preset
            (preset.scale, preset.mostConnections) = (scale, mostConnections)
            for matrix in preset.matrices.indices {
                for load in preset.matrices[matrix].loads.indices {
                    preset.matrices[matrix].loads[load].clients =
                        min(mostConnections, preset.matrices[matrix].loads[load].clients)
                }
            }
            return preset
        }
    }

    /// What is different from what the question says; empty when nothing.
    package var deviations: String {
        var sentences: [String] = []
        let percent = (scale * 100).formatted(.number.grouping(.never))
        if scale != 1 {
            let scale =
                switch kind {
                case .whoIsServed: "every second of the question lasted \(roundTime(microseconds: scale * 1e6))"
                case .speed: "with \(percent) per cent of the preset's requests"
                case .connections: "with \(percent) per cent of the preset's clients"
                }
            sentences.append("Measured on another scale: \(scale).")
        }
        if cells.contains(where: { $0.load.clients == mostConnections }) {
            sentences.append(
                "A process may have too few open files here for more than \(grouped(mostConnections)) connections: "
                    + "ulimit -n shows the limit.")
        }
        return sentences.joined(separator: " ")
    }

    /// What to measure.
    package var cells: [Cell] { matrices.flatMap(\.cells) }

    /// How many of a cell's clients are served when all goes as it is explained; `nil` when nobody says.
    package func expectedServed(_ cell: Cell) -> Int? {
        expected.map { $0[cell.server.model] ?? cell.load.clients }
    }

    /// The same, measured another number of times.
    package func measured(rounds: Int?) -> Preset {
        guard let rounds else { return self }
        var preset = self
        for number in preset.matrices.indices { preset.matrices[number].rounds = rounds }
        return preset
    }
}
