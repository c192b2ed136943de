import Testing
import mboard

/// Keys from the bytes of a terminal.
struct KeyDecoderTests {
    private static let table: [(String, [Key])] = [
        ("abc", [.text("abc")]), ("äöü日本👋", [.text("äöü日本👋")]), ("a\rb", [.text("a"), .enter, .text("b")]),
        ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]),
        ("\u{1B}OA\u{1B}OH\u{1B}OF", [.up, .home, .end]),
        ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~\u{1B}[7~\u{1B}[8~", [.home, .end, .home, .end, .home, .end]),
        ("\u{1B}[3~\u{7F}\u{8}", [.delete, .backspace, .backspace]),
        ("\u{1}\u{5}\u{15}\u{B}\u{17}\u{C}", [.home, .end, .killBefore, .killAfter, .killWord, .redraw]),
        ("\u{3}\u{4}", [.interrupt, .leave]), ("\u{2}\u{6}\u{10}\u{E}", [.left, .right, .up, .down]),
        ("\u{1B}[1;5D\u{1B}[1;5C\u{1B}b\u{1B}f", [.wordLeft, .wordRight, .wordLeft, .wordRight]),
        ("a\tb", [.text("a"), .text(" "), .text("b")]),
        ("\u{1B}[200~one\rtwo\r\nthree\nfour\u{1B}[201~x", [.paste("one\ntwo\nthree\nfour"), .text("x")]),
        ("\u{1B}[200~\u{1B}[A\u{3}\u{1B}[201~", [.paste("\u{1B}[A\u{3}")]),
        ("\u{1B}[200~\u{1B}[20\u{1B}[201~", [.paste("\u{1B}[20")]),
        // Sequences that mean nothing here.
        ("\u{1B}[15~\u{1B}[?1;2c\u{1B}x\u{1B}OPok", [.text("ok")]), ("\u{0}\u{1D}ok", [.text("ok")]),
    ]

    /// The keys that one decoder finds in each of these pieces.
    private func keys(_ pieces: [[UInt8]], longestPaste: Int = LineEditor.maximumBytes) -> [[Key]] {
        var decoder = KeyDecoder(longestPaste: longestPaste)
        var keys: [[Key]] = []
        for piece in pieces { keys.append(decoder.take(piece)) }
        return keys
    }

    @Test(arguments: table)
    func `each sequence is the key that the table says, however it is cut`(bytes: String, expected: [Key]) {
        #expect(keys([Array(bytes.utf8)]) == [expected])
        #expect(joined(keys(bytes.utf8.map { [$0] }).flatMap(\.self)) == joined(expected))
    }

    @Test func `bytes that are no text become signs, and what follows is read`() {
        #expect(
            keys([[0x61, 0xFF, 0x62], [0xC3], [0x0D]]) == [[.text("a\u{FFFD}b")], [], [.text("\u{FFFD}"), .enter]])
    }

    @Test func `a paste has its bound`() {
        let pastes = ["1234", "12345", String(repeating: "x", count: 100)].map {
            Array("\u{1B}[200~\($0)\u{1B}[201~y".utf8)
        }
        #expect(
            keys(pastes, longestPaste: 4) == ["1234", "1234", "xxxx"].map { [.paste($0), .text("y")] })
    }

    @Test func `a control sequence without an end costs nothing`() {
        let long = Array(("\u{1B}[" + String(repeating: "1;", count: 10_000) + "Aok").utf8)
        #expect(keys([long]) == [[.up, .text("ok")]])
    }

    /// Texts that come one after the other as one.
    private func joined(_ keys: [Key]) -> [Key] {
        keys.reduce(into: []) { result, key in
            if case .text(let text) = key, case .text(let before) = result.last {
                result[result.count - 1] = .text(before + text)
            } else {
                result.append(key)
            }
        }
    }
}
