import BoardWire

/// The bounds of the road of remote objects, beside those that `RemoteObjectLimits` has for every such server.
public struct PyroLimits: Sendable {
    /// Bytes of a call, or of its arguments unpacked.
    public var callBytes = WireLimits.remoteCall
    /// Streams that one client may have open at a time.
    public var streams = 100
    /// Objects that one client may hold, the users that it registered among them.
    public var objectsPerClient = 100
    /// Numbers of messages in one answer.
    public var idsInAnswer = 200_000
    /// Messages in one answer.
    public var messagesInAnswer = 256
    /// Bytes of bodies in one answer; a first message larger than this still comes, alone.
    public var messageBytesInAnswer = 1 << 20
    /// Bytes of a body that is given out at all: it is whole in memory, in several forms.
    public var bodyBytes = 64 << 20
    /// Bytes of bodies that a stream has in hand.
    public var streamBytes = 64 << 10
    /// Seconds without a message after which a stream of records says that it is there.
    public var silenceSeconds = 20

    /// Users of the chat at a time.
    public var users = 10_000
    /// UTF-8 bytes of a user's name.
    public var nameBytes = 64
    /// Seconds in which a user that was registered has to be called for the first time when whoever registered it is gone.
    public var firstCallSeconds = 30
    /// UTF-8 bytes of a private message.
    public var privateBytes = 64 << 10
    /// Private messages that wait for one user.
    public var privateMessages = 1_000
    /// Bytes of all of them.
    public var allPrivateBytes = 1 << 20
    /// Bytes of a post's text that the chat shows; the message itself has all of it.
    public var postBytes = 64 << 10
    /// Posts from before the server's start that the chat begins with.
    public var postsBefore = 1_000
    /// Posts that the chat can find by their place; of older ones the list says nothing any more.
    public var postsIndexed = 100_000
    /// Posts in one answer.
    public var postsInAnswer = 1_000

    /// The limits of a server that is not told otherwise.
    public init() {}
}
