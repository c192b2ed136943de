import NIOCore

/// What the command line says: where to listen, what to write once it does, and how many event loops to run.
struct Options {
    var host = "127.0.0.1"
    var port = 0
    var readyFile: String?
    var threads = System.coreCount

    /// Reads `--listen HOST:PORT`, `--ready-file FILE` and `--threads N`; throws a sentence for anything else.
    init(_ words: some Sequence<String>) throws(UsageError) {
        var words = words.makeIterator()
        while let name = words.next() {
            guard let value = words.next() else { throw UsageError("\(name) needs a value, or is unknown") }
            switch name {
            case "--listen": (host, port) = try Self.endpoint(value)
            case "--ready-file": readyFile = value
            case "--threads":
                guard let number = Int(value), 1...1024 ~= number else {
                    throw UsageError("--threads \(value): it is a number from 1 to 1024")
                }
                threads = number
            default: throw UsageError("unknown option \(name): there are --listen, --ready-file and --threads")
            }
        }
    }

    private static func endpoint(_ text: String) throws(UsageError) -> (String, Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            0...65535 ~= port
        else {
            throw UsageError("--listen \(text): it is HOST:PORT, such as 127.0.0.1:0")
        }
        return (String(text[..<colon]), port)
    }
}

/// A command line that cannot be followed, with the sentence to print.
struct UsageError: Error {
    let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}
