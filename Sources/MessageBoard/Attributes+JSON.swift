import FoundationEssentials

extension Attributes {
    /// Most bytes of a JSON text that ``init(json:)`` reads: a byte of a string may take six of them.
    public static let maximumJSONBytes = 64 << 10

    /// Why a JSON text gives no attributes.
    public enum JSONError: Error, Sendable, Hashable {
        /// It is not a JSON object whose names are not empty and whose values are all strings.
        case notAnObjectOfStrings
        /// The text, or what it holds, is over a bound.
        case tooBig
    }

    /// Reads a JSON object of strings in UTF-8; no bytes at all mean no attributes.
    public init(json: [UInt8]) throws(JSONError) {
        if json.isEmpty {
            self = .none
            return
        }
        guard json.count <= Self.maximumJSONBytes else { throw .tooBig }
        guard Self.isFlat(json) else { throw .notAnObjectOfStrings }
        let values: [String: String]
        do { values = try JSONDecoder().decode([String: String].self, from: Data(json)) } catch {
            throw .notAnObjectOfStrings
        }
        guard values[""] == nil else { throw .notAnObjectOfStrings }
        do { self = try Attributes(values) } catch { throw .tooBig }
    }

    /// A JSON object of strings in UTF-8, sorted by name; empty when there are no attributes.
    public var json: [UInt8] {
        if isEmpty { return [] }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(values)) } catch {
            preconditionFailure("a dictionary of strings always has a JSON form: \(error)")
        }
    }

    /// Whether no object or array stands within another: Foundation's parser calls itself for each, and a deep one would
    /// end the process.
    private static func isFlat(_ json: [UInt8]) -> Bool {
        var isInString = false
        var isEscaped = false
        var opened = 0
        for byte in json {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInString: isEscaped = true
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: opened += 1
            default: break
            }
        }
        return opened <= 1
    }
}
