import BoardClient
import MessageBoard
import UnixSignals

/// A chat on a terminal: what others say appears above the line that is being typed.
actor TerminalChat {
    /// Messages shown at the beginning.
    private static let firstMessages = 20
    /// Most lines that wait to be published.
    private static let maximumUnpublished = 16
    /// How long to wait for the last acknowledgements when leaving.
    private static let farewell = Duration.seconds(3)

    private let person: Person
    private let follower: BoardFollower
    private let outbox: AsyncStream<String>
    private let outboxInput: AsyncStream<String>.Continuation
    private var board: BoardName
    private var screen: ChatScreen
    private var isConnected = false
    /// Lines that were taken and are not acknowledged.
    private var unpublished = 0

    init(_ person: Person, board: BoardName) {
        self.person = person
        self.board = board
        follower = person.follower(of: board, newest: Self.firstMessages)
        (outbox, outboxInput) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumUnpublished))
        let size = RawTerminal.size()
        screen = ChatScreen(prompt: "", columns: size.columns, rows: size.rows)
    }

    /// Runs until somebody leaves; the terminal is as before then.
    ///
    /// - Throws: ``InputError``; as ``BoardFollower/run(_:)``.
    func run() async throws {
        try RawTerminal.enter()
        defer {
            output(screen.end().utf8)
            RawTerminal.restore(isLineGone: true)
            if unpublished > 0 {
                complain("mboard: \(unpublished) lines may or may not have been published: the server has not answered")
            }
        }
        note("\(board) at \(person.server.endpoint); /help has the commands, Ctrl-D leaves")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // At once: whoever kills it does not want to wait. The terminal is restored all the same.
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { systemExit(0) }
            }
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigwinch, .sigcont) {
                    if signal == .sigcont { try RawTerminal.enter() }
                    await self.resize()
                }
            }
            group.addTask { try await self.follower.run { await self.happened($0) } }
            group.addTask { try await self.readKeys() }
            defer { group.cancelAll() }
            // The first to end is whoever leaves, or an error.
            group.addTask { try await self.publishAll() }
            try await group.next()
            outboxInput.finish()
            group.addTask { try await Task.sleep(for: Self.farewell) }
            if unpublished > 0 { try await group.next() }
        }
    }

    // MARK: What comes

    private func happened(_ event: BoardFollower.Event) {
        switch event {
        case .message(let message): show(MessagePrinter(json: false).line(message, colours: false))
        case .connected: setConnected(true)
        case .waiting(let reason):
            note("no board at \(person.server.endpoint) yet: \(reason); trying for \(person.patience / .seconds(1)) s")
        case .lost(let reason):
            setConnected(false)
            note("connection lost (\(reason)); trying again")
        case .restored:
            setConnected(true)
            note("connected again")
        }
    }

    private func resize() {
        let size = RawTerminal.size()
        output(screen.resize(columns: size.columns, rows: size.rows).utf8)
    }

    private func readKeys() async throws {
        let input = try StandardInput()
        var decoder = KeyDecoder()
        while let piece = try await input.next() {
            for key in decoder.take(piece) where !(await take(key)) { return }
        }
    }

    /// Carries out a key; whether there may be more.
    private func take(_ key: Key) async -> Bool {
        let (outcome, bytes) = screen.take(key)
        output(bytes.utf8)
        switch outcome {
        case .submit(let line): return await submit(line)
        case .leave: return false
        case .edited, .redraw, .full: return true
        }
    }

    // MARK: What is said

    private func submit(_ line: String) async -> Bool {
        let command = ChatCommand(line)
        if case .say(let text) = command {
            say(text)
            return true
        }
        output(screen.clear().utf8)
        switch command {
        case .say: break
        case .boards: for line in await person.boards(follower) { note(line) }
        case .last(let count): for line in await person.last(count, of: board) { show(line) }
        case .board(let name): await move(to: name)
        case .help: for line in ChatCommand.guide.split(separator: "\n") { note(String(line)) }
        case .wrong(let reason): note(reason)
        case .quit: return false
        }
        return true
    }

    private func say(_ text: String) {
        guard isConnected else {
            return note("not connected: this is NOT published. The line stays; Enter tries again")
        }
        guard case .enqueued = outboxInput.yield(text) else {
            return note(
                "\(Self.maximumUnpublished) lines are waiting for the server: this is NOT published. The line stays")
        }
        unpublished += 1
        output(screen.clear().utf8)
    }

    private func publishAll() async throws {
        for await text in outbox {
            do { _ = try await follower.publish(Array(text.utf8), author: person.name) } catch let error as ClientError
            {
                note("NOT published: \(error). The line is in the history (up)")
            }
            unpublished -= 1
        }
    }

    private func move(to name: BoardName) async {
        if name == board { return note("this is \(name)") }
        guard unpublished == 0 else {
            return note("\(unpublished) lines for \(board) are not acknowledged yet; try again")
        }
        board = name
        setConnected(false)
        note("now on \(name)")
        await follower.move(to: BoardPattern(name), start: .newest(Self.firstMessages))
    }

    // MARK: What is shown

    private func setConnected(_ isConnected: Bool) {
        self.isConnected = isConnected
        screen.prompt = isConnected ? "\(board)> " : "\(board) (not connected)> "
        output(screen.refresh().utf8)
    }

    /// A line about the chat rather than of it.
    private func note(_ text: String) {
        show("-- " + harmless(text))
    }

    private func show(_ line: String) {
        output(screen.show(line).utf8)
    }
}
