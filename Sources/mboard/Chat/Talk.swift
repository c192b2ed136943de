import ArgumentParser
import BoardClient
import UnixSignals

/// Somebody in the chat: what is said there is shown, what is typed is said, and a broken connection is made anew.
actor Talk {
    /// How long whoever leaves waits for the name to be given back.
    private static let farewell = Duration.seconds(2)

    private let client: ChatClient
    private let name: String
    private let view: any TalkView
    private var lines: TalkLines
    /// Who has the name, with a connection or without.
    private var registered: ChatMember?
    /// While there is a connection.
    private var member: ChatMember?
    /// Who waits for one.
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Whether it was said that there is none.
    private var isLost = false
    private var isLeaving = false
    private var hasFailed = false

    init(_ client: ChatClient, name: String, view: any TalkView) {
        self.client = client
        self.name = name
        self.view = view
        lines = TalkLines(name: name)
    }

    /// Runs until somebody leaves.
    ///
    /// - Throws: `ExitCode` when a line could not be said; `ClientError` when the name is not given, `InputError`.
    func run() async throws {
        // Trapped before anybody can know that this is here.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals {
                    await self.leave()
                    systemExit(0)
                }
            }
            defer { group.cancelAll() }
            let first = try await client.register(name)
            registered = first
            group.addTask { try await self.listen(first) }
            group.addTask { try await self.view.run { await self.take($0) } }
            try await group.next()
            await leave()
        }
        if hasFailed { throw ExitCode(1) }
    }

    // MARK: What others say

    /// Listens over as many connections as it takes. The user that was registered is there for some time after a connection broke, and
    /// knows what it has given; when it is gone, because its server was started anew, the name is taken again.
    private func listen(_ first: ChatMember) async throws {
        var (member, isNew) = (first, true)
        var pause = Duration.milliseconds(200)
        while true {
            do {
                try await catchUp(member, isNew)
                isNew = false
                pause = .milliseconds(200)
                try await member.listen { await self.happened($0) }
            } catch let error as ClientError {
                await lost(error)
                if case .answer = error, let next = try? await client.register(name) {
                    (member, isNew, registered) = (next, true, next)
                    continue
                }
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// Shows what was said before, or while there was no connection; from here on lines can be said.
    ///
    /// - Parameter isNew: whether the user was registered just now, and is given everything.
    private func catchUp(_ member: ChatMember, _ isNew: Bool) async throws {
        var unread: [String] = []
        while case let more = try await member.unread(), !more.isEmpty { unread += more }
        await view.note(isLost ? "connected again" : "\(name) is in the chat; /help has the commands, Ctrl-D leaves")
        if isNew { unread = lines.connected(unread, showing: view.firstLines) }
        for line in unread { await happened(.post(line)) }
        isLost = false
        self.member = member
        await view.setConnected(true)
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    private func happened(_ event: ChatMember.Event) async {
        switch event {
        case .post(let line): if lines.isOthers(line) || view.showsOwn { await view.show(line) }
        case .privatePost(let line): await view.show("(private) \(line)")
        }
    }

    private func lost(_ error: ClientError) async {
        member = nil
        // Who leaves ends the streams of the one who listens: that is no connection lost.
        guard !isLost, !isLeaving else { return }
        isLost = true
        await view.setConnected(false)
        await view.note("connection lost (\(error.reason)); trying again; nothing is said meanwhile")
    }

    // MARK: What is typed

    /// Carries out a line; whether there may be more.
    private func take(_ line: String) async -> Bool {
        switch TalkCommand(line) {
        case .say(let text):
            await say { member in
                lines.posting(text)
                do { try await member.post(text) } catch {
                    lines.notPosted(text)
                    throw error
                }
            }
        case .tell(let receiver, let text):
            await say { member in
                guard try await member.post(text, to: receiver) else {
                    return await refuse("nobody here is called \(receiver): that was not said (/users)")
                }
                if view.showsOwn { await view.show("(private) To \(receiver) : \(text)") }
            }
        case .users:
            await say { member in await view.note("here: " + (try await member.users()).joined(separator: ", ")) }
        case .help: await view.note(TalkCommand.guide)
        case .quit: return false
        case .wrong(let reason): await refuse(reason)
        }
        return true
    }

    /// Does something that needs a connection, once there is one.
    private func say(_ act: (ChatMember) async throws -> Void) async {
        let member = await current()
        do { try await act(member) } catch { await refuse("that was not said, or it is not known: \(error)") }
    }

    private func refuse(_ reason: String) async {
        hasFailed = true
        await view.note(reason)
    }

    /// The connection; waits for one. Only the one task that reads lines waits, and its end ends the process.
    private func current() async -> ChatMember {
        while true {
            if let member { return member }
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Gives the name back, if that goes quickly.
    private func leave() async {
        isLeaving = true
        guard let registered else { return }
        await withTaskGroup { group in
            group.addTask { try? await registered.leave() }
            group.addTask { try? await Task.sleep(for: Self.farewell) }
            defer { group.cancelAll() }
            await group.next()
        }
    }
}
