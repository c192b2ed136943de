import BoardWire
import PyroWire
import RemoteObjects

/// Somebody in a chat. Everything here throws ``ClientError``.
public struct ChatMember: Sendable {
    /// How often a chat that pushes nothing is asked for what is new.
    private static let pollPause = Duration.milliseconds(500)
    /// How often the server is asked whether it is there, and told that this user is.
    private static let pulse = Duration.seconds(10)

    /// The name that was taken.
    public let name: String
    let chat: RemoteProxy
    let user: RemoteProxy
    /// What the user's object can do: more with us than in the notes.
    let methods: Set<String>
    let endpoint: Endpoint

    /// What others say.
    public enum Event: Sendable {
        /// For all, as the chat writes it: `From NAME : TEXT`.
        case post(String)
        /// For this user alone.
        case privatePost(String)
    }

    /// Says something to all, and returns when the server has it.
    public func post(_ text: String) async throws {
        try await asking { _ = try await user.call("post", .string(text)) }
    }

    /// Says something to one user.
    ///
    /// - Returns: `false` when the chat knows that nobody of that name is here. The notes' chat never says.
    public func post(_ text: String, to name: String) async throws -> Bool {
        try await asking { try await user.call("post_private", .string(text), .string(name)) != .bool(false) }
    }

    /// The names of those who are here.
    public func users() async throws -> [String] {
        try await asking {
            let answer = try await chat.call("get_users")
            guard let names = answer.asItems?.map({ $0.asText ?? "\($0)" }) else {
                throw AnswerError.unreadable("the users")
            }
            return names
        }
    }

    /// The public posts that this user was not given yet: what was said before.
    public func unread() async throws -> [String] {
        try await texts("get")
    }

    /// Gives the name back, where the chat knows how.
    public func leave() async throws {
        guard methods.contains("leave") else { return }
        try await asking { _ = try await user.call("leave") }
    }

    /// Hands over what is said, one event at a time, until it is cancelled or the connection is lost.
    public func listen(_ take: @escaping @Sendable (Event) async -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.listen("follow", or: "get") { await take(.post($0)) } }
            group.addTask {
                try await self.listen("follow_private", or: "get_private") { await take(.privatePost($0)) }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.pulse)
                    try await self.asking { _ = try await self.user.call("whoami") }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Texts by a stream where there is one, else by asking again and again.
    private func listen(_ stream: String, or poll: String, _ take: (String) async -> Void) async throws {
        guard methods.contains(stream) else {
            while true {
                for text in try await texts(poll) { await take(text) }
                try await Task.sleep(for: Self.pollPause)
            }
        }
        try await asking {
            for try await item in try await user.stream(stream) { await take(item.asText ?? "\(item)") }
        }
        throw ClientError.unreachable(endpoint: "\(endpoint)", reason: "the chat ended the stream")
    }

    private func texts(_ method: String) async throws -> [String] {
        try await asking {
            guard let items = try await user.call(method).asItems else {
                throw AnswerError.unreadable("the answer to \(method)")
            }
            return items.map { $0.asText ?? "\($0)" }
        }
    }

    private func asking<Value>(_ ask: () async throws -> Value) async throws -> Value {
        do { return try await ask() } catch { throw ClientError.from(error, at: endpoint) }
    }
}
