/// A place in a text as people count: lines and characters from 1.
struct TextPosition {
    private(set) var line = 1
    private(set) var column = 1

    /// The position of a byte of UTF-8.
    init(of place: Int, in bytes: [UInt8]) {
        for byte in bytes.prefix(place) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }
}

/// Pieces of a document in the words of an error.
enum Quoted {
    /// The first 40 bytes, with everything but printable ASCII as `?`: what came from the network must not steer a terminal.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        let shown = bytes.prefix(40).map { 0x20..<0x7F ~= $0 ? $0 : UInt8(ascii: "?") }
        return "\"" + String(decoding: shown, as: UTF8.self) + (bytes.count > 40 ? "...\"" : "\"")
    }
}
