/// Reads keys from the bytes of a terminal in raw mode, in pieces of any size.
///
/// ```
/// ground --ESC--> escape --"["--> control sequence (up to a final byte 0x40-0x7E) --"200~"--> paste, up to ESC "[201~"
///                    \---"O"--> one more byte
/// ```
///
/// A sequence that it does not know is passed over. Bytes that are no UTF-8 become U+FFFD.
package struct KeyDecoder: ~Copyable {
    private enum State {
        case ground
        case escape
        case controlSequence([UInt8])
        case shiftedByO
        case paste
    }

    /// Most bytes of a control sequence; the rest of a longer one is passed over.
    private static let longestSequence = 32

    private static let escape: UInt8 = 0x1B
    private static let endOfPaste = Array("\u{1B}[201~".utf8)

    /// Most bytes of one paste; the rest is dropped.
    private let longestPaste: Int
    private var state = State.ground
    /// Bytes of text that do not make keys yet: at most one unfinished character between two calls.
    private var text: [UInt8] = []
    private var pasted: [UInt8] = []
    /// How many bytes of ``endOfPaste`` the newest bytes are.
    private var endMatched = 0

    package init(longestPaste: Int = LineEditor.maximumBytes) {
        self.longestPaste = longestPaste
    }

    /// Takes the next bytes, and gives the keys that they complete.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes { take(byte, &keys) }
        flushText(keepingUnfinished: true, &keys)
        return keys
    }

    private mutating func take(_ byte: UInt8, _ keys: inout [Key]) {
        switch state {
        case .ground:
            if byte >= 0x20 && byte != 0x7F { return text.append(byte) }
            flushText(keepingUnfinished: false, &keys)
            if byte == Self.escape { state = .escape } else if let key = Self.control(byte) { keys.append(key) }
        case .escape:
            switch byte {
            case UInt8(ascii: "["): state = .controlSequence([])
            case UInt8(ascii: "O"): state = .shiftedByO
            case Self.escape: break
            case UInt8(ascii: "b"), UInt8(ascii: "f"):
                state = .ground
                keys.append(byte == UInt8(ascii: "b") ? .wordLeft : .wordRight)
            case 0x7F:
                state = .ground
                keys.append(.killWord)
            default: state = .ground
            }
        case .shiftedByO:
            state = .ground
            if let key = Self.movement(byte) { keys.append(key) }
        case .controlSequence(var parameters):
            guard (0x40...0x7E).contains(byte) else {
                if parameters.count < Self.longestSequence { parameters.append(byte) }
                return state = .controlSequence(parameters)
            }
            state = .ground
            endSequence(String(decoding: parameters, as: UTF8.self), byte, &keys)
        case .paste: takePasted(byte, &keys)
        }
    }

    private mutating func endSequence(_ parameters: String, _ final: UInt8, _ keys: inout [Key]) {
        if final == UInt8(ascii: "~") {
            switch parameters {
            case "1", "7": keys.append(.home)
            case "4", "8": keys.append(.end)
            case "3": keys.append(.delete)
            case "200": state = .paste
            default: break
            }
        } else if parameters.hasSuffix(";5") || parameters.hasSuffix(";3") {  // with Ctrl or Alt
            if final == UInt8(ascii: "C") { keys.append(.wordRight) }
            if final == UInt8(ascii: "D") { keys.append(.wordLeft) }
        } else if let key = Self.movement(final) {
            keys.append(key)
        }
    }

    private mutating func takePasted(_ byte: UInt8, _ keys: inout [Key]) {
        if pasted.count < longestPaste + Self.endOfPaste.count { pasted.append(byte) }
        endMatched = byte == Self.endOfPaste[endMatched] ? endMatched + 1 : byte == Self.escape ? 1 : 0
        guard endMatched == Self.endOfPaste.count else { return }
        if pasted.suffix(endMatched).elementsEqual(Self.endOfPaste) { pasted.removeLast(endMatched) }
        let text = String(decoding: pasted.prefix(longestPaste), as: UTF8.self)
        keys.append(.paste(text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")))
        pasted = []
        endMatched = 0
        state = .ground
    }

    /// Turns the bytes of text into a key; a character whose last bytes may still come can wait.
    private mutating func flushText(keepingUnfinished: Bool, _ keys: inout [Key]) {
        let unfinished = keepingUnfinished ? Self.unfinishedBytes(at: text) : 0
        let whole = text.dropLast(unfinished)
        if !whole.isEmpty { keys.append(.text(String(decoding: whole, as: UTF8.self))) }
        text = Array(text.suffix(unfinished))
    }

    /// How many bytes at the end are the beginning of a UTF-8 sequence.
    private static func unfinishedBytes(at text: [UInt8]) -> Int {
        for back in 1...3 where back <= text.count {
            let byte = text[text.count - back]
            if byte & 0xC0 == 0x80 { continue }  // inside a sequence: look for its first byte
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }

    private static func movement(_ final: UInt8) -> Key? {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "H"): .home
        default: nil
        }
    }

    private static func control(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x01: .home  // Ctrl-A
        case 0x02: .left  // Ctrl-B
        case 0x03: .interrupt
        case 0x04: .leave
        case 0x05: .end  // Ctrl-E
        case 0x06: .right  // Ctrl-F
        case 0x08, 0x7F: .backspace
        case 0x09: .text(" ")
        case 0x0A, 0x0D: .enter
        case 0x0B: .killAfter
        case 0x0C: .redraw
        case 0x0E: .down  // Ctrl-N
        case 0x10: .up  // Ctrl-P
        case 0x15: .killBefore
        case 0x17: .killWord
        default: nil
        }
    }
}
