import Distributed
import MessageBoard
import PyroWire
import RemoteObjects

/// `mboard.chat`: the chat of the lecture notes (figure 5.6). Public posts are messages of the board `chat`; private ones are kept
/// for their user alone, in memory. The names of functions and parameters are the notes'.
distributed actor Chat {
    typealias ActorSystem = PyroActorSystem

    private let posts: ChatPosts
    private let roster: ChatRoster
    private let limits: PyroLimits

    init(_ board: any Board, limits: PyroLimits, actorSystem: PyroActorSystem) {
        posts = ChatPosts(board, limits)
        roster = ChatRoster(limits)
        self.limits = limits
        self.actorSystem = actorSystem
    }

    /// Makes a user, and gives the URI of the user's own object. It is there for as long as somebody who called it, or the one who
    /// registered it; the name is free again then.
    distributed func register(me: String) async throws -> String {
        let beginning: MessageID
        do throws(BoardError) { beginning = try await posts.beginning() } catch { throw PyroException(error) }
        let mailbox = ChatMailbox(limits)
        let room = ChatUser.Room(posts: posts, roster: roster, mailbox: mailbox)
        let user = ChatUser(me, room, after: beginning, actorSystem: actorSystem)
        let caller = PyroActorSystem.caller
        try roster.add(user, me, mailbox, now: .now)
        do { try caller?.hold(user) } catch {
            roster.remove(me)
            throw error
        }
        return caller?.uri(of: user) ?? actorSystem.uri(of: user)
    }

    /// Posts for all.
    distributed func post(msg: String, name: String?) async throws {
        do throws(BoardError) { try await posts.publish(msg, by: name) } catch { throw PyroException(error) }
    }

    /// Posts for one user; `false` when there is no such user.
    distributed func post_private(msg: String, to: String, name: String?) throws -> Bool {
        try roster.send(msg, to: to, from: name, limits)
    }

    /// The public posts from a place in the list on; at most ``PyroLimits/postsInAnswer``.
    distributed func get(idx: Int?) async throws -> [String] {
        do throws(BoardError) { return try await posts.posts(from: idx ?? 0) } catch { throw PyroException(error) }
    }

    /// The names of those who are here.
    distributed func get_users() -> [String] { roster.names(now: .now) }
}

/// One user of the chat, as the user's own programs call it.
distributed actor ChatUser {
    typealias ActorSystem = PyroActorSystem

    /// What a user has of the chat.
    struct Room: Sendable {
        let posts: ChatPosts
        let roster: ChatRoster
        let mailbox: ChatMailbox
    }

    private let name: String
    private let room: Room
    private let place: ChatPlace
    private var wasCalled = false
    private var hasLeft = false

    init(_ name: String, _ room: Room, after id: MessageID, actorSystem: PyroActorSystem) {
        self.name = name
        self.room = room
        place = ChatPlace(id)
        self.actorSystem = actorSystem
    }

    /// Posts for all.
    distributed func post(msg: String) async throws {
        try arrive()
        do throws(BoardError) { try await room.posts.publish(msg, by: name) } catch { throw PyroException(error) }
    }

    /// Posts for one user; `false` when there is no such user.
    distributed func post_private(msg: String, to: String) throws -> Bool {
        try arrive()
        return try room.roster.send(msg, to: to, from: name, room.posts.limits)
    }

    /// The public posts that this user was not given yet, as many as one answer takes.
    distributed func get() async throws -> [String] {
        try arrive()
        do throws(BoardError) {
            let posts = try await room.posts.posts(after: place.id)
            if let newest = posts.last { place.advance(to: newest.id) }
            return posts.map(\.line)
        } catch { throw PyroException(error) }
    }

    /// The private messages that wait.
    distributed func get_private() throws -> [String] {
        try arrive()
        return room.mailbox.takeAll()
    }

    /// The user's name.
    distributed func whoami() throws -> String {
        try arrive()
        return name
    }

    /// The public posts that this user was not given yet, and each new one when it is there.
    distributed func follow() throws -> RemoteStream<String> {
        try arrive()
        let pages = room.posts.follow(after: place.id)
        return RemoteStream(
            FollowedMessages(pages: pages) { [place, posts = room.posts] message in
                place.advance(to: message.id)
                return posts.line(message)
            })
    }

    /// The private messages that wait, and each new one when it is there.
    distributed func follow_private() throws -> RemoteStream<String> {
        try arrive()
        return RemoteStream(PrivateMessages(mailbox: room.mailbox))
    }

    /// Gives the name back.
    distributed func leave() throws {
        try arrive()
        hasLeft = true
        room.roster.remove(name)
    }

    /// Whoever calls keeps the user here from now on: the system holds an object for its callers.
    private func arrive() throws {
        guard !hasLeft else { throw PyroException.builtin("RuntimeError", "\(name) has left the chat; register anew") }
        guard !wasCalled else { return }
        wasCalled = true
        room.roster.arrived(name)
    }
}

extension ChatRoster {
    /// Puts a private message where its receiver finds it; `false` when nobody of that name is here.
    fileprivate func send(_ text: String, to receiver: String, from name: String?, _ limits: PyroLimits) throws -> Bool
    {
        guard text.utf8.count <= limits.privateBytes else {
            throw PyroException.builtin("ValueError", "a private message has at most \(limits.privateBytes) bytes")
        }
        guard let mailbox = mailbox(of: receiver, now: .now) else { return false }
        guard mailbox.put(ChatPosts.line(text, by: name)) else {
            throw PyroException.builtin("RuntimeError", "\(receiver) has too many private messages waiting already")
        }
        return true
    }
}
