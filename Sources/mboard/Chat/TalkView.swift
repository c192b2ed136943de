import MessageBoard

/// Where somebody chats: what is shown there, and the lines that are typed.
protocol TalkView: Sendable {
    /// How many lines from before are shown at the beginning.
    var firstLines: Int { get }
    /// Whether what one says oneself is shown when it comes back.
    var showsOwn: Bool { get }
    /// Shows a line of the chat. It may hold anything.
    func show(_ line: String) async
    /// Shows a line about the chat rather than of it.
    func note(_ text: String) async
    /// Says whether there is a connection.
    func setConnected(_ isConnected: Bool) async
    /// Hands over the lines that are typed, one after the other, until there are no more or `take` returns `false`.
    func run(_ take: @escaping @Sendable (String) async -> Bool) async throws
}

/// A pipe: a line each, the chat on standard output, the rest on standard error.
struct PipedTalk: TalkView {
    let firstLines = 0
    let showsOwn = false

    func show(_ line: String) async { output(line: harmless(line)) }

    func note(_ text: String) async { complain("mboard: \(harmless(text, keepingLines: true))") }

    func setConnected(_ isConnected: Bool) async {}

    func run(_ take: @escaping @Sendable (String) async -> Bool) async throws {
        let input = try StandardInput()
        var lines = LineSplitter(limit: LineEditor.maximumBytes)
        while let piece = try await input.next() {
            for line in lines.take(piece) where !(await self.take(line, take)) { return }
        }
        try Task.checkCancellation()
        if let line = lines.finish() { _ = await self.take(line, take) }
    }

    private func take(
        _ line: Result<[UInt8], LineSplitter.TooLong>, _ take: @Sendable (String) async -> Bool
    ) async -> Bool {
        guard let line = try? line.get() else {
            complain("mboard: a line of over \(LineEditor.maximumBytes) bytes is not posted; use mboard publish -")
            return true
        }
        return line.isEmpty ? true : await take(String(decoding: line, as: UTF8.self))
    }
}
