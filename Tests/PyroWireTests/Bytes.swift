import Foundation
import PyroWire

/// Bytes of hexadecimal digits; blanks are for the eye.
func hex(_ digits: String) -> [UInt8] {
    let digits = digits.filter { !$0.isWhitespace }
    return stride(from: 0, to: digits.count, by: 2).map { place in
        let start = digits.index(digits.startIndex, offsetBy: place)
        return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!
    }
}

func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

extension PyroSerializer {
    /// The value of a document in text.
    func decode(_ text: String, limits: PyroDataLimits = PyroDataLimits()) throws(PyroDataError) -> PyroValue {
        try decode(Array(text.utf8), limits: limits)
    }

    /// Why a document is refused; `nil` when it is read.
    func refusal(_ document: [UInt8], limits: PyroDataLimits = PyroDataLimits()) -> PyroDataError? {
        do throws(PyroDataError) {
            _ = try decode(document, limits: limits)
            return nil
        } catch {
            return error
        }
    }
}

/// The document of a value in serpent, without its first line.
func literal(_ value: PyroValue) throws -> String {
    let head = "# serpent utf-8 python3.2\n"
    let text = String(decoding: try PyroSerializer.serpent.encode(value), as: UTF8.self)
    precondition(text.hasPrefix(head))
    return String(text.dropFirst(head.count))
}
