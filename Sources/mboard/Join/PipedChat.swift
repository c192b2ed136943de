import ArgumentParser
import BoardClient
import MessageBoard
import Synchronization
import UnixSignals

/// A chat without a terminal: each line of standard input is published, what others say is printed.
actor PipedChat {
    private let person: Person
    private let follower: BoardFollower
    private var board: BoardName
    private var own = OwnMessages()
    private var hasFailed = false
    /// Whether a line was sent and is not answered; asked for by a signal, which does not wait.
    private let isOwedAnswer = Atomic(false)

    init(_ person: Person, board: BoardName) {
        self.person = person
        self.board = board
        follower = person.follower(of: board, newest: 0)
    }

    /// Runs to the end of the input, until every line was acknowledged.
    ///
    /// - Throws: `ExitCode` when a line could not be published; as ``BoardFollower/run(_:)``.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForSignal() }
            group.addTask { try await self.follower.run { await self.happened($0) } }
            group.addTask { try await self.readInput() }
            defer { group.cancelAll() }
            try await group.next()
        }
        if hasFailed { throw ExitCode(1) }
    }

    /// Ends the process at once: others may be stuck on an output that nobody reads.
    private nonisolated func waitForSignal() async {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            if isOwedAnswer.load(ordering: .relaxed) {
                complain("mboard: interrupted; the last line may or may not have been published")
                systemExit(69)
            }
            systemExit(0)
        }
    }

    private func happened(_ event: BoardFollower.Event) {
        switch event {
        case .message(let message): if own.isOthers(message) { print(message) }
        case .connected: break
        case .waiting(let reason):
            complain("mboard: no board at \(person.server.endpoint) yet: \(harmless(reason)); trying")
        case .lost(let reason):
            complain("mboard: connection lost (\(harmless(reason))); trying again; nothing is published meanwhile")
        case .restored: complain("mboard: connected again")
        }
    }

    private func readInput() async throws {
        let input = try StandardInput()
        var lines = LineSplitter()
        while let piece = try await input.next() {
            for line in lines.take(piece) where !(try await take(line)) { return }
        }
        try Task.checkCancellation()
        if let line = lines.finish() { _ = try await take(line) }
    }

    /// Carries out a line; whether there may be more.
    private func take(_ line: Result<[UInt8], LineSplitter.TooLong>) async throws -> Bool {
        guard let line = try? line.get() else {
            refuse("a line of over \(LineSplitter.maximumBytes) bytes is not published; use mboard publish -")
            return true
        }
        guard line.first == UInt8(ascii: "/") else {
            try await say(line)
            return true
        }
        switch ChatCommand(String(decoding: line, as: UTF8.self)) {
        case .say: try await say(Array(line.dropFirst()))
        case .wrong: try await say(line)
        case .boards: for line in await person.boards(follower) { output(line: line) }
        case .last(let count): for line in await person.last(count, of: board) { output(line: line) }
        case .help: complain(ChatCommand.guide)
        case .board(let name):
            if name != board {
                board = name
                await follower.move(to: BoardPattern(name), start: .newest(0))
            }
        case .quit: return false
        }
        return true
    }

    /// Publishes one line, and returns when it is acknowledged: the lines keep their order.
    private func say(_ text: [UInt8]) async throws {
        own.publishing(text, author: person.name)
        isOwedAnswer.store(true, ordering: .relaxed)
        var id: MessageID?
        do {
            id = try await follower.publish(text, author: person.name)
        } catch let error as ClientError {
            refuse("a line was not published: \(harmless("\(error)"))")
        }
        isOwedAnswer.store(false, ordering: .relaxed)
        for message in own.published(as: id) { print(message) }
    }

    private func refuse(_ reason: String) {
        hasFailed = true
        complain("mboard: \(reason)")
    }

    private func print(_ message: Message) {
        output(line: MessagePrinter(json: false).line(message, colours: false))
    }
}
