package import MessageBoard

/// A line that was typed: something to say, or a command.
package enum ChatCommand: Hashable {
    case say(String)
    case boards
    case last(Int)
    case board(BoardName)
    case help
    case quit
    /// What cannot be carried out, and why.
    case wrong(String)

    /// Most messages that `/last` shows.
    static let mostMessages = 1_000

    static let guide = """
        /boards        the boards that there are, with their newest message
        /last N        the last N messages of this board again
        /board NAME    go to another board
        /quit          leave (also Ctrl-D, or Ctrl-C on an empty line)
        //text         says "/text"
        """

    package init(_ line: String) {
        guard line.hasPrefix("/") else {
            self = .say(line)
            return
        }
        if line.hasPrefix("//") {
            self = .say(String(line.dropFirst()))
            return
        }
        let words = line.dropFirst().split(whereSeparator: \.isWhitespace)
        switch (words.first, words.count) {
        case ("boards", 1): self = .boards
        case ("last", 1): self = .last(20)
        case ("last", 2):
            self =
                if let count = Int(words[1]), (1...Self.mostMessages).contains(count) { .last(count) } else {
                    .wrong("/last takes a number from 1 to \(Self.mostMessages)")
                }
        case ("board", 2):
            self =
                BoardName(String(words[1])).map { .board($0) }
                ?? .wrong("a board's name is 1 to 64 of A-Z a-z 0-9 . _ -")
        case ("board", _): self = .wrong("/board takes the name of a board")
        case ("help", 1): self = .help
        case ("quit", 1): self = .quit
        default: self = .wrong("no such command; /help has them all, and //text says \"/text\"")
        }
    }
}
