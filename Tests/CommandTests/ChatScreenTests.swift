import Testing
import mboard
import SeededRandom

/// What a person sees: a terminal that knows nothing but what was written.
struct ChatScreenTests {
    private static let size = (columns: 20, rows: 6)

    /// A screen and the terminal it writes to.
    private struct Pair {
        var screen = ChatScreen(prompt: "> ", columns: size.columns, rows: size.rows)
        var terminal = SmallTerminal(columns: size.columns, rows: size.rows)

        init() {
            terminal.write(screen.refresh())
        }

        mutating func take(_ key: Key) {
            terminal.write(screen.take(key).bytes)
        }

        mutating func show(_ line: String) {
            terminal.write(screen.show(line))
        }
    }

    @Test func `what others say stands above the line that is being typed`() {
        var pair = Pair()
        pair.take(.text("half a l"))
        pair.show("ada: hello")
        pair.take(.text("ine"))
        pair.show("bob: well")
        #expect(pair.terminal.text == ["ada: hello", "bob: well", "> half a line"])
        #expect((pair.terminal.row, pair.terminal.column) == (2, 13))
    }

    @Test func `a line longer than the terminal goes over several rows, and comes back whole`() {
        var pair = Pair()
        pair.take(.text("0123456789012345678901234567890123456789"))
        pair.show("ada: hello")
        #expect(pair.terminal.text == ["ada: hello", "> 012345678901234567", "89012345678901234567", "89"])
        pair.take(.home)
        #expect((pair.terminal.row, pair.terminal.column) == (1, 2))
        pair.show("bob: well")
        pair.take(.killAfter)
        #expect(pair.terminal.text == ["ada: hello", "bob: well", "> "])
    }

    @Test func `a character of two cells is never cut in two`() {
        var pair = Pair()
        pair.take(.text("0123456789012345日本語"))
        #expect(pair.terminal.text == ["> 0123456789012345日", "本語"])
        pair.take(.left)
        #expect((pair.terminal.row, pair.terminal.column) == (1, 2))
        pair.take(.text("x"))
        #expect(pair.terminal.text == ["> 0123456789012345日", "本x語"])
    }

    @Test func `a full row has the cursor in the next one`() {
        var pair = Pair()
        pair.take(.text("012345678901234567"))
        #expect((pair.terminal.row, pair.terminal.column) == (1, 0))
        pair.show("ada: hello")
        #expect(pair.terminal.text == ["ada: hello", "> 012345678901234567"])
    }

    @Test func `a line taller than the terminal shows the rows around the cursor`() {
        var pair = Pair()
        let text = (0..<20).map { "\($0 / 10)\($0 % 10)abcdefghijklmnopqr" }.joined()
        pair.take(.text(text))
        pair.show("ada: hello")
        #expect(pair.terminal.text.suffix(1) == ["qr"])
        #expect(pair.terminal.text.count <= Self.size.rows + 1)
        pair.take(.home)
        #expect(pair.terminal.text[pair.terminal.row].hasPrefix("> 00abc"))
        pair.take(.killAfter)
        #expect(pair.terminal.text.last == "> ")
    }

    @Test func `line ends and control characters of a paste are signs`() {
        var pair = Pair()
        pair.take(.paste("one\ntwo\u{1B}[31m"))
        #expect(pair.terminal.text == ["> one␊two␛[31m"])
    }

    @Test func `another size draws everything anew, and the line is whole`() {
        var pair = Pair()
        for number in 1...9 { pair.show("ada: \(number)") }
        pair.take(.text("0123456789"))
        pair.take(.left)
        pair.terminal = SmallTerminal(columns: 9, rows: 5)
        pair.terminal.write("rubbish")
        pair.terminal.write(pair.screen.resize(columns: 9, rows: 5))
        #expect(pair.terminal.text == ["ada: 7", "ada: 8", "ada: 9", "> 0123456", "789"])
        #expect((pair.terminal.row, pair.terminal.column) == (4, 2))
    }

    @Test func `a size of nothing is survived`() {
        var pair = Pair()
        pair.terminal = SmallTerminal(columns: 2, rows: 1)
        pair.terminal.write(pair.screen.resize(columns: 0, rows: 0))
        pair.take(.text("日本語"))
        #expect(pair.screen.editor.text == "日本語")
    }

    @Test(arguments: UInt64(0)..<200)
    func `whatever is typed while others speak, every line of theirs is whole and the own one stands below`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        var pair = Pair()
        var said: [String] = []
        let keys: [Key] = [
            .text("a"), .text("日本"), .text("hello world "), .left, .right, .home, .end, .backspace, .delete, .killWord,
            .wordLeft, .wordRight, .paste("two\nlines"),
        ]
        for step in 0..<60 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                said.append("\(step): " + String(repeating: "x", count: .random(in: 0...12, using: &random)))
                pair.show(said.last!)
            } else {
                let key = keys.randomElement(using: &random)!
                // What is taller than the terminal loses rows to the scrolling; that has a test of its own.
                if pair.screen.editor.text.count > 40 { pair.take(.killBefore) } else { pair.take(key) }
            }
            let typed = pair.screen.editor.text.replacing("\n", with: "␊")
            let shown = pair.terminal.text
            #expect(Array(shown.prefix(said.count)) == said, "seed \(seed), step \(step)")
            #expect(shown.dropFirst(said.count).joined() == "> " + typed, "seed \(seed), step \(step)")
        }
    }
}
