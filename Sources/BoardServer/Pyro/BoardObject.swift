import BoardWire
import Distributed
import MessageBoard
import PyroWire
import RemoteObjects

/// `mboard.board`: the board as a remote object. The names of its functions and parameters are those that Python's callers write.
distributed actor BoardObject {
    typealias ActorSystem = PyroActorSystem

    private let messages: any Board
    private let limits: PyroLimits

    init(_ board: any Board, limits: PyroLimits, actorSystem: PyroActorSystem) {
        messages = board
        self.limits = limits
        self.actorSystem = actorSystem
    }

    /// Publishes a text, and gives the message's number once it is on disk.
    distributed func publish(
        text: PyroValue, board: String?, author: String?, request_id: PyroValue?, attributes: [String: String]?
    ) async throws -> Int {
        let request = PublishRequest(
            board: try BoardName(called: board), author: author, requestID: try request_id?.body("request_id"),
            attributes: try Self.answer { () throws(BoardError) in try Attributes(attributes ?? [:]) },
            body: try text.body("text"))
        do throws(BoardError) {
            return Int(try await messages.publish(request.draft(from: .caller)).id)
        } catch { throw PyroException(error) }
    }

    // MARK: Reading

    /// The numbers of the newest messages of a board, oldest first; all when `n` is 0 or less, or left out.
    distributed func last(n: Int?, board: String?) async throws -> [Int] {
        let board = try BoardPattern(called: board)
        do throws(BoardError) {
            let range = try await messages.range(ofLast: Self.count(n), of: board)
            let ids = try await messages.ids(in: range, limit: limits.idsInAnswer + 1)
            guard ids.count <= limits.idsInAnswer else {
                throw BoardError.tooBig(
                    "the list of numbers (ask for fewer, or with range and messages_after)", bytes: ids.count,
                    limit: limits.idsInAnswer)
            }
            return ids.map { Int($0) }
        } catch { throw PyroException(error) }
    }

    /// A message as `[time, ip, port, text]`.
    distributed func get(id: Int) async throws -> PyroValue {
        .list(try await message(id).pyroTuple)
    }

    /// The oldest messages after a number, as `[id, time, ip, port, text]`.
    distributed func messages_after(id: Int, limit: Int?, board: String?) async throws -> PyroValue {
        .list(try await page(after: id, limit: limit, board).map(\.pyroItem))
    }

    /// Everything about a message.
    distributed func record(id: Int) async throws -> PyroValue {
        try await message(id).pyroRecord
    }

    /// The oldest messages after a number, as ``record(id:)`` gives them.
    distributed func records_after(id: Int, limit: Int?, board: String?) async throws -> PyroValue {
        .list(try await page(after: id, limit: limit, board).map(\.pyroRecord))
    }

    /// The stretch of numbers that the newest `n` messages of a board take up.
    distributed func range(n: Int?, board: String?) async throws -> [String: Int] {
        let board = try BoardPattern(called: board)
        do throws(BoardError) {
            let range = try await messages.range(ofLast: Self.count(n), of: board)
            return ["after": Int(range.after), "through": Int(range.through)]
        } catch { throw PyroException(error) }
    }

    /// The boards by name, with the number of the newest message of each.
    distributed func boards() -> [String: Int] {
        Dictionary(uniqueKeysWithValues: messages.newestIDs().map { ($0.key.text, Int($0.value)) })
    }

    // MARK: Following

    /// Every message after a number, or from now on, as ``messages_after(id:limit:board:)`` gives them.
    distributed func follow(after: Int?, board: String?) throws -> RemoteStream<PyroValue> {
        let pages = try pages(after: after, board)
        return RemoteStream(FollowedMessages(pages: pages) { [limits] in try limits.given($0).pyroItem })
    }

    /// The same as lists of records, as many as there are at a time; an empty one when nothing comes for some time.
    distributed func follow_records(after: Int?, board: String?) throws -> RemoteStream<PyroValue> {
        var pages = try pages(after: after, board)
        pages.silence = .seconds(limits.silenceSeconds)
        return RemoteStream(pages.map { [limits] page in .list(try page.map { try limits.given($0).pyroRecord }) })
    }

    // MARK: What they have in common

    private func message(_ id: Int) async throws -> Message {
        if let message = messages.messageAtHand(MessageID(id)) { return try limits.checked(message) }
        do throws(BoardError) {
            return try limits.checked(try await messages.message(MessageID(id)))
        } catch { throw PyroException(error) }
    }

    private func page(after id: Int, limit: Int?, _ board: String?) async throws -> [Message] {
        let limit = limit ?? limits.messagesInAnswer
        guard (1...limits.messagesInAnswer).contains(limit) else {
            throw PyroException.builtin(
                "ValueError", "limit is \(limit), but has to be 1 to \(limits.messagesInAnswer)")
        }
        let range = MessageRange(boards: try BoardPattern(called: board), after: MessageID(max(0, id)))
        let page = PageLimit(messages: limit, bytes: limits.messageBytesInAnswer)
        do throws(BoardError) {
            var messages: [Message] = []
            for message in try await self.messages.messages(in: range, page: page) {
                messages.append(try limits.checked(message))
            }
            return messages
        } catch { throw PyroException(error) }
    }

    private func pages(after id: Int?, _ board: String?) throws -> MessagePages {
        let boards = try BoardPattern(called: board)
        let after = id.map { MessageID(max(0, $0)) } ?? messages.newestIDs().values.max() ?? 0
        return MessagePages(
            board: messages, boards: boards, after: after,
            page: PageLimit(messages: limits.messagesInAnswer, bytes: limits.streamBytes))
    }

    private static func count(_ count: Int?) -> Int? {
        count.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func answer<Value>(_ body: () throws(BoardError) -> Value) throws(PyroException) -> Value {
        do { return try body() } catch { throw PyroException(error) }
    }
}

extension PyroLimits {
    /// A message that can be given out.
    func checked(_ message: Message) throws(BoardError) -> Message {
        guard message.body.count <= bodyBytes else {
            throw .tooBig(
                "message \(message.id) (this road does not carry it; --via tcp does)", bytes: message.body.count,
                limit: bodyBytes)
        }
        return message
    }

    /// The same with an error for the caller of a remote object.
    fileprivate func given(_ message: Message) throws(PyroException) -> Message {
        do { return try checked(message) } catch { throw PyroException(error) }
    }
}
