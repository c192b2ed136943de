import Testing
import mboard

/// What is typed into the chat, and which of the lines that come have been seen.
struct TalkTests {
    @Test(arguments: [
        ("hello", TalkCommand.say("hello")), ("//users", .say("/users")), (" /quit", .say(" /quit")),
        ("/msg bob psst", .tell(name: "bob", text: "psst")),
        ("/msg bob two  words ", .tell(name: "bob", text: "two  words ")),
        ("/users", .users), ("/help", .help), ("/quit", .quit),
    ])
    func `each line is the command that the table says`(line: String, command: TalkCommand) {
        #expect(TalkCommand(line) == command)
    }

    @Test(arguments: ["/", "/msg", "/msg bob", "/msg bob ", "/users now", "/nothing"])
    func `what is no command is said to be none`(line: String) {
        #expect(
            {
                if case .wrong = TalkCommand(line) { true } else { false }
            }())
    }

    @Test func `each own post is known once, and those of others are never taken for it`() {
        var lines = TalkLines(name: "ada")
        lines.posting("x")
        lines.posting("y")
        lines.notPosted("y")
        let isOthers = ["From bob : x", "From ada : x", "From ada : x", "From ada : y"].map { lines.isOthers($0) }
        #expect(isOthers == [true, false, true, true])
    }

    @Test func `no more own posts are waited for than there may be`() {
        var lines = TalkLines(name: "ada")
        for number in 0...TalkLines.maximumOwn { lines.posting("\(number)") }
        let isOthers = [0, 1, TalkLines.maximumOwn].map { lines.isOthers("From ada : \($0)") }
        #expect(isOthers == [true, false, false])
    }

    @Test func `the first connection shows the last lines, a later one what came meanwhile`() {
        var lines = TalkLines(name: "ada")
        let first = lines.connected(["1", "2", "3"], showing: 2)
        #expect(first == ["2", "3"])
        _ = lines.isOthers("4")
        let second = lines.connected(["1", "2", "3", "4", "5", "6"], showing: 2)
        #expect(second == ["5", "6"])
        let third = lines.connected(["1", "2", "3", "4", "5", "6"], showing: 2)
        #expect(third == [])
        let another = lines.connected(["another chat"], showing: 2)
        #expect(another == [])
    }

    @Test func `in a chat that was empty at first, all that came meanwhile is shown`() {
        var lines = TalkLines(name: "ada")
        let first = lines.connected([], showing: 0)
        let second = lines.connected(["1", "2"], showing: 0)
        #expect(first == [] && second == ["1", "2"])
    }
}
