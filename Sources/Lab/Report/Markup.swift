/// Text of a document (HTML or SVG), well-formed as XML is. What is written in it is taken as it is; every text that is put into
/// it is escaped on its way, so that nothing from outside can become part of the document's structure.
package struct Markup: ExpressibleByStringInterpolation, CustomStringConvertible {
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        /// A text, in which `<` is a sign like any other.
        package mutating func appendInterpolation(_ text: String) { self.text += Markup.escape(text) }

        package mutating func appendInterpolation(_ number: Int) { text += "\(number)" }

        /// A place in a figure.
        package mutating func appendInterpolation(_ coordinate: Double) { text += decimal(coordinate, 1) }

        /// What is markup already.
        package mutating func appendInterpolation(_ markup: Markup) { text += markup.description }

        package mutating func appendInterpolation(_ markups: [Markup]) {
            text += markups.map(\.description).joined(separator: "\n")
        }
    }

    package let description: String

    package init(stringLiteral literal: String) { description = literal }

    package init(stringInterpolation: StringInterpolation) { description = stringInterpolation.text }

    static func escape(_ text: String) -> String {
        var result = ""
        for character in visible(text).unicodeScalars {
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
