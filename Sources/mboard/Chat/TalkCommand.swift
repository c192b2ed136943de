/// A line that was typed into the chat: something to say, or a command.
package enum TalkCommand: Hashable {
    case say(String)
    /// To one user alone.
    case tell(name: String, text: String)
    case users
    case help
    case quit
    /// What cannot be carried out, and why.
    case wrong(String)

    static let guide = """
        /msg NAME TEXT   says something to one user alone
        /users           who is here
        /help            these lines
        /quit            leave (also Ctrl-D, or Ctrl-C on an empty line)
        //text           says "/text"
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
        let words = line.dropFirst().split(separator: " ", maxSplits: 2)
        switch (words.first, words.count) {
        case ("msg", 3): self = .tell(name: String(words[1]), text: String(words[2]))
        case ("msg", _): self = .wrong("/msg takes a name and a text")
        case ("users", 1): self = .users
        case ("help", 1): self = .help
        case ("quit", 1): self = .quit
        default: self = .wrong("no such command; /help has them all, and //text says \"/text\"")
        }
    }
}
