import BoardWire
import PyroWire
public import RemoteObjects

/// The chat of a Pyro road, or the lecture notes' own chat server (figure 5.6) when its imports say Pyro5.
public struct ChatClient: Sendable {
    /// The chat's URI.
    public let uri: String
    private let chat: RemoteProxy
    private let system: PyroActorSystem
    private let endpoint: Endpoint

    /// A client of the chat at a server of ours.
    public init(_ endpoint: Endpoint, timeout: Duration) throws(RemoteObjectError) {
        try self.init(uri: "PYRO:mboard.chat@\(endpoint)", timeout: timeout)
    }

    /// A client of any chat, by its URI.
    ///
    /// - Parameter timeout: the longest wait for a connection, and for an answer.
    /// - Throws: ``RemoteObjectError/badURI(_:)``.
    public init(uri: String, timeout: Duration) throws(RemoteObjectError) {
        system = PyroBoardClient.system(timeout, silence: nil)
        chat = try RemoteProxy(uri, system)
        self.uri = uri
        endpoint = Endpoint(chat.id.location ?? "") ?? PyroBoardClient.standard
    }

    /// A client of any chat; a name, `PYRONAME:chat` or `PYRONAME:chat@host:port`, is looked up in a name server first.
    ///
    /// - Parameter timeout: the longest wait for a connection, and for an answer, of the name server and of the chat.
    /// - Throws: ``RemoteObjectError/badURI(_:)``; ``ClientError`` when the name server is not there, or knows no such name.
    public static func located(_ uri: String, timeout: Duration) async throws -> ChatClient {
        let system = PyroBoardClient.system(timeout, silence: nil)
        do {
            return try ChatClient(uri: "\(try await system.locate(uri))", timeout: timeout)
        } catch RemoteObjectError.notSent(let nameServer, let reason) {
            throw ClientError.unreachable(endpoint: nameServer.location ?? uri, reason: reason)
        } catch let exception as PyroException {
            throw ClientError.answer(AnswerError(exception))
        }
    }

    /// Takes a name.
    ///
    /// - Throws: ``ClientError``; what the chat says of a name that is taken is in it.
    public func register(_ name: String) async throws -> ChatMember {
        do {
            guard let uri = try await chat.call("register", .string(name)).asText else {
                throw AnswerError.unreadable("the user's URI")
            }
            let methods = try await RemoteProxy(uri, system).metadata().methods
            // The notes' chat keeps all its users for ever, and knows nothing of leases.
            let user = try RemoteProxy(uri, system, holds: methods.contains("leave"))
            return ChatMember(name: name, chat: chat, user: user, methods: methods, endpoint: endpoint)
        } catch {
            throw ClientError.from(error, at: endpoint)
        }
    }
}
