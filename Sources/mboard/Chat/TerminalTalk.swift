import UnixSignals

/// A terminal: what others say appears above the line that is being typed.
actor TerminalTalk: TalkView {
    /// Most lines that wait to be taken.
    private static let maximumWaiting = 16

    nonisolated let firstLines = 20
    nonisolated let showsOwn = true
    private let name: String
    private var screen: ChatScreen
    private let lines: AsyncStream<String>
    private let typed: AsyncStream<String>.Continuation

    init(name: String) {
        self.name = harmless(name)
        (lines, typed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumWaiting))
        let size = RawTerminal.size()
        screen = ChatScreen(prompt: "", columns: size.columns, rows: size.rows)
    }

    func show(_ line: String) { output(screen.show(harmless(line)).utf8) }

    func note(_ text: String) {
        for line in text.split(separator: "\n") { output(screen.show("-- " + harmless(String(line))).utf8) }
    }

    func setConnected(_ isConnected: Bool) {
        screen.prompt = isConnected ? "\(name)> " : "\(name) (not connected)> "
        output(screen.refresh().utf8)
    }

    func run(_ take: @escaping @Sendable (String) async -> Bool) async throws {
        try RawTerminal.enter()
        defer {
            output(screen.end().utf8)
            RawTerminal.restore(isLineGone: true)
        }
        output(screen.refresh().utf8)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigwinch, .sigcont) {
                    if signal == .sigcont { try RawTerminal.enter() }
                    await self.resize()
                }
                return true
            }
            group.addTask {
                try await self.readKeys()
                return false
            }
            let lines = lines
            group.addTask {
                for await line in lines where !(await take(line)) { break }
                return true
            }
            defer { group.cancelAll() }
            // Whoever leaves is waited for: what was typed before is said first.
            while let isOver = try await group.next(), !isOver {}
        }
    }

    private func resize() {
        let size = RawTerminal.size()
        output(screen.resize(columns: size.columns, rows: size.rows).utf8)
    }

    private func readKeys() async throws {
        defer { typed.finish() }
        let input = try StandardInput()
        var decoder = KeyDecoder()
        while let piece = try await input.next() {
            for key in decoder.take(piece) where !take(key) { return }
        }
    }

    /// Carries out a key; whether there may be more.
    private func take(_ key: Key) -> Bool {
        let (outcome, bytes) = screen.take(key)
        output(bytes.utf8)
        switch outcome {
        case .submit(let line):
            if case .enqueued = typed.yield(line) {
                output(screen.clear().utf8)
            } else {
                note("\(Self.maximumWaiting) lines are waiting for the server: this is NOT posted. The line stays")
            }
        case .leave: return false
        case .edited, .redraw, .full: break
        }
        return true
    }
}
