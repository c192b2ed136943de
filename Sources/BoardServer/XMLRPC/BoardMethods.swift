import MessageBoard
import ServiceLifecycle
import XMLRPC

/// Who calls a method.
struct XMLRPCCaller: Sendable {
    let origin: Origin
    /// Until when the document's calls may wait for news, so that many in one wait no longer than one.
    let patience: ContinuousClock.Instant
}

/// The board's methods: those of the lecture notes (figure 5.4) with their results, and fuller ones (protocols.md).
struct BoardMethods: Sendable {
    typealias Methods = XMLRPCRouter<XMLRPCCaller>

    private let board: any Board
    private let limits: HTTPLimits
    private let waiting: Budget

    init(board: any Board, limits: HTTPLimits) {
        self.board = board
        self.limits = limits
        waiting = Budget(limit: limits.waitingCalls)
    }

    /// Registers all of them.
    func register(on methods: inout Methods) {
        registerPublishing(String.self, on: &methods)
        registerPublishing(XMLRPCBytes.self, on: &methods)
        registerReading(on: &methods)
        registerFollowing(on: &methods)
    }

    /// Every text may come as a string or, when it is none, as base64.
    private func registerPublishing<Text: MessageText>(_: Text.Type, on methods: inout Methods) {
        let publishHelp = """
            publish(msg), publish(msg, source): puts a message on the board "public" and gives its number once it is on \
            disk. A source [ip, port] is kept as what the caller claims, never as the origin.
            """
        methods.register("publish", help: publishHelp) { (caller, text: Text) in
            try await publish(text, PublishOptions(), caller)
        }
        methods.register("publish", help: publishHelp) { (caller, text: Text, source: [XMLRPCValue]) in
            try await publish(text, PublishOptions(source: source), caller)
        }
        let help = """
            publish_to(board, msg, options): as publish, on any board. Options may hold author (string), request_id (string \
            or base64), attributes (struct of strings), source. A request_id that the same author, or without one the same \
            address, used within 10 minutes is a repeat, whatever its board and text: it gets the first one's number.
            """
        methods.register("publish_to", help: help) {
            (caller, board: String, text: Text, options: [String: XMLRPCValue]) in
            try await publish(text, PublishOptions(board: BoardName(called: board), options), caller)
        }
    }

    private func registerReading(on methods: inout Methods) {
        let lastHelp =
            "last(n): the numbers of the newest n messages of \"public\", oldest first; last(): all, as for n <= 0."
        methods.register("last", help: lastHelp) { (_, count: Int) in try await last(count) }
        methods.register("last", help: lastHelp) { (_: XMLRPCCaller) in try await last(0) }
        methods.register("get", help: "get(id): a message as [time, ip, port, msg]; time in seconds since the epoch.") {
            (_, id: Int) in try await message(id).asTuple
        }
        methods.register("message", help: "message(id): everything about a message.") {
            (_, id: Int) in try await message(id).asStruct
        }
        methods.register("boards", help: "boards(): the boards by name, with the number of the newest message of each.")
        {
            (_: XMLRPCCaller) in
            Dictionary(uniqueKeysWithValues: board.newestIDs().map { ($0.key.text, Int($0.value)) })
        }
    }

    private func registerFollowing(on methods: inout Methods) {
        let rangeHelp = "range(board, n): the stretch {after, through} of numbers that the newest n messages take up."
        methods.register("range", help: rangeHelp) { (_, boards: String, count: Int) in
            try await range(ofLast: count, of: boards)
        }
        let help = """
            messages_after(board, id, limit, wait): the oldest messages after a number, as message gives them; at most limit \
            (\(limits.messagesInAnswer) when left out, and at most), fewer when they are big. When there is none it waits for \
            one, up to wait seconds (at most \(limits.waitSeconds)). The board may be a pattern such as "news.*".
            """
        methods.register("messages_after", help: help) { (_, boards: String, id: Int) in
            try await messages(after: id, on: boards, limit: limits.messagesInAnswer)
        }
        methods.register("messages_after", help: help) { (_, boards: String, id: Int, limit: Int) in
            try await messages(after: id, on: boards, limit: limit)
        }
        methods.register("messages_after", help: help) { (caller, boards: String, id: Int, limit: Int, wait: Int) in
            try await messages(after: id, on: boards, limit: limit, wait: wait, until: caller.patience)
        }
    }

    // MARK: What they do

    private func publish(
        _ text: some MessageText, _ options: PublishOptions, _ caller: XMLRPCCaller
    ) async throws(XMLRPCFault) -> Int {
        do throws(BoardError) {
            return Int(try await board.publish(options.draft(text.body, from: caller.origin)).id)
        } catch { throw XMLRPCFault(error) }
    }

    private func message(_ id: Int) async throws(XMLRPCFault) -> Message {
        if let message = board.messageAtHand(MessageID(id)) { return message }
        do throws(BoardError) { return try await board.message(MessageID(id)) } catch { throw XMLRPCFault(error) }
    }

    private func last(_ count: Int) async throws(XMLRPCFault) -> [Int] {
        do throws(BoardError) {
            let range = try await board.range(ofLast: count > 0 ? count : nil, of: .public)
            let ids = try await board.ids(in: range, limit: limits.idsInAnswer + 1)
            guard ids.count <= limits.idsInAnswer else {
                throw BoardError.tooBig(
                    "the list of numbers (ask for fewer, or with range and messages_after)", bytes: ids.count,
                    limit: limits.idsInAnswer)
            }
            return ids.map { Int($0) }
        } catch { throw XMLRPCFault(error) }
    }

    private func range(ofLast count: Int, of boards: String) async throws(XMLRPCFault) -> [String: Int] {
        let boards = try BoardPattern(called: boards)
        do throws(BoardError) {
            let range = try await board.range(ofLast: count > 0 ? count : nil, of: boards)
            return ["after": Int(range.after), "through": Int(range.through)]
        } catch { throw XMLRPCFault(error) }
    }

    private func messages(
        after id: Int, on boards: String, limit: Int, wait: Int = 0, until patience: ContinuousClock.Instant = .now
    ) async throws(XMLRPCFault) -> [[String: XMLRPCValue]] {
        guard (1...limits.messagesInAnswer).contains(limit) else {
            throw .invalidParameters("limit is \(limit), but has to be 1 to \(limits.messagesInAnswer)")
        }
        guard (0...limits.waitSeconds).contains(wait) else {
            throw .invalidParameters("wait is \(wait), but has to be 0 to \(limits.waitSeconds) seconds")
        }
        let boards = try BoardPattern(called: boards)
        let page = PageLimit(messages: limit, bytes: limits.messageBytesInAnswer)
        do throws(BoardError) {
            var rest = MessageRange(boards: boards, after: MessageID(max(0, id)))
            rest.through = try await board.range(ofLast: 1, of: boards).through
            var messages = rest.isEmpty ? [] : try await board.messages(in: rest, page: page)
            let time = min(.seconds(wait), ContinuousClock.now.duration(to: patience))
            if messages.isEmpty, time > .zero, try await hasNews(after: rest.after, on: boards, within: time) {
                rest.through = .max
                messages = try await board.messages(in: rest, page: page)
            }
            return messages.map(\.asStruct)
        } catch { throw XMLRPCFault(error) }
    }

    /// Waits for a message; `false` when none came in time, or the server stops.
    private func hasNews(
        after id: MessageID, on boards: BoardPattern, within time: Duration
    ) async throws(BoardError) -> Bool {
        guard waiting.take(1) else { throw .overloaded(reason: "\(limits.waitingCalls) calls wait for news already") }
        defer { waiting.giveBack(1) }
        return await withTaskGroup { group in
            group.addTask {
                await cancelWhenGracefulShutdown {
                    do throws(BoardError) {
                        try await board.waitForMessage(after: id, on: boards)
                        return true
                    } catch {
                        return false  // it is over: what there is to know is what reading says
                    }
                }
            }
            group.addTask {
                try? await Task.sleep(for: time)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
