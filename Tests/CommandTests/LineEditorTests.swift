import Testing
import mboard

/// The line that is being typed.
struct LineEditorTests {
    private static let table: [([Key], String, String)] = [
        ([.text("abc")], "abc", ""), ([.text("abc"), .left, .text("X")], "abX", "c"),
        ([.text("abc"), .left, .left, .right], "ab", "c"), ([.text("abc"), .home, .left], "", "abc"),
        ([.text("abc"), .home, .end, .right], "abc", ""), ([.text("abc"), .left, .backspace], "a", "c"),
        ([.text("abc"), .home, .delete, .backspace], "", "bc"), ([.text("abc"), .delete], "abc", ""),
        ([.text("abc"), .left, .killBefore], "", "c"), ([.text("abc"), .left, .killAfter], "ab", ""),
        ([.text("one two  "), .killWord], "one ", ""), ([.text("one two"), .killWord, .killWord, .killWord], "", ""),
        ([.text("one two"), .wordLeft, .wordLeft], "", "one two"),
        ([.text("one two"), .home, .wordRight], "one", " two"),
        ([.text("one two"), .home, .wordRight, .wordRight, .wordRight], "one two", ""),
        // One character, however many scalars and bytes.
        ([.text("e\u{301}👨‍👩‍👧日"), .left, .left], "e\u{301}", "👨‍👩‍👧日"),
        ([.text("e\u{301}👨‍👩‍👧日"), .backspace, .backspace], "e\u{301}", ""),
        ([.text("e"), .text("\u{301}"), .backspace], "", ""),
        ([.text("abc"), .interrupt], "", ""), ([.paste("one\ntwo")], "one\ntwo", ""),
        ([.up], "", ""), ([.text("a"), .down], "a", ""),
    ]

    @Test(arguments: table)
    func `each key does what the table says`(keys: [Key], before: String, after: String) {
        var editor = LineEditor()
        let outcomes = keys.map { editor.take($0) }
        #expect(outcomes.allSatisfy { $0 == .edited })
        #expect([editor.before, editor.after] == [before, after])
    }

    @Test func `what keys ask for`() {
        var editor = LineEditor()
        let keys: [(Key, LineEditor.Outcome)] = [
            (.enter, .edited), (.interrupt, .leave), (.leave, .leave), (.text("hi"), .edited), (.redraw, .redraw),
            // The line stays until it was taken.
            (.enter, .submit("hi")), (.enter, .submit("hi")), (.interrupt, .edited), (.interrupt, .leave),
        ]
        for (key, expected) in keys {
            let outcome = editor.take(key)
            #expect(outcome == expected)
        }
    }

    private func send(_ line: String, with editor: inout LineEditor) {
        _ = editor.take(.text(line))
        editor.clear()
    }

    @Test func `up and down go through what was sent, and back to what was begun`() {
        var editor = LineEditor()
        for line in ["one", "two", "two", "three"] { send(line, with: &editor) }
        _ = editor.take(.text("begun"))
        let seen = [Key.up, .up, .up, .up, .down, .down, .down, .down].map { key in
            _ = editor.take(key)
            return editor.text
        }
        #expect(seen == ["three", "two", "one", "one", "two", "three", "begun", "begun"])
    }

    @Test func `a line of the history that was changed is sent as it is, and the history keeps both`() {
        var editor = LineEditor()
        send("one", with: &editor)
        _ = editor.take(.up)
        _ = editor.take(.text("!"))
        let outcome = editor.take(.enter)
        #expect(outcome == .submit("one!"))
        editor.clear()
        _ = editor.take(.up)
        #expect(editor.text == "one!")
        _ = editor.take(.up)
        #expect(editor.text == "one")
    }

    @Test func `the history forgets the oldest line`() {
        var editor = LineEditor()
        for number in 0...LineEditor.maximumHistory { send("line \(number)", with: &editor) }
        for _ in 0...LineEditor.maximumHistory + 5 { _ = editor.take(.up) }
        #expect(editor.text == "line 1")
    }

    @Test func `a full line takes nothing more`() {
        var editor = LineEditor()
        let full: Key = .paste(String(repeating: "x", count: LineEditor.maximumBytes))
        let outcomes = [full, .text("y"), .backspace, .text("y"), .text("z")].map { editor.take($0) }
        #expect(outcomes == [.edited, .full, .edited, .edited, .full])
        #expect(editor.text.utf8.count == LineEditor.maximumBytes)
    }
}
