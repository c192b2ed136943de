import PyroWire

/// The bounds of a system: what its server takes from others, and what its calls wait for.
public struct RemoteObjectLimits: Sendable {
    /// Bytes of a message, its head and annotations included, before and after it is inflated.
    public var messageBytes = 8 << 20
    /// Levels of nesting of a value.
    public var depth = 200
    /// Connections that the server has at a time; one more is refused with a reason.
    public var connections = 20_000
    /// Seconds that a client may take to say whom it wants.
    public var handshakeSeconds = 10.0
    /// Seconds after which a client whose machine does not answer the kernel any more is taken for gone.
    public var silentSeconds = 120
    /// Streams that one client may have open at a time.
    public var streams = 100
    /// Seconds that a stream is kept when the connection that it was asked for on is gone.
    public var streamSeconds = 30.0
    /// Seconds after which a process that holds objects is taken for gone when nothing is heard of it. It says three times as often
    /// that it is there.
    public var leaseSeconds = 30.0
    /// Processes that hold objects.
    public var processes = 10_000
    /// One-way calls of one client that run while later calls of it are answered.
    public var oneWayCalls = 100
    /// Objects that are kept for one client because it was given references to them.
    public var objectsPerClient = 10_000
    /// Calls of one batch.
    public var batchedCalls = 10_000
    /// Types that a generic call may name.
    public var genericTypes = 16

    /// Connections to one peer: as many calls are in flight to it at a time.
    public var connectionsPerPeer = 16
    /// Bytes of a call that is sent: 1 GiB, Pyro5's own bound. What a peer takes may be less.
    public var sentBytes = 1 << 30
    /// Calls that wait for one of them.
    public var waitingCalls = 10_000
    /// Seconds that a connection to a peer, with its handshake, may take.
    public var connectSeconds = 10.0
    /// Seconds that a call may take.
    public var callSeconds = 60.0
    /// Seconds that a stream's next item may take: a day.
    public var itemSeconds = 86_400.0
    /// Seconds without a call after which a connection is asked whether its peer is still there.
    public var pingSeconds = 30.0
    /// Seconds without a call after which a connection is closed; not one that a stream is read from.
    public var idleSeconds = 300.0

    /// As above.
    public init() {}

    var messages: PyroMessageLimits {
        var messages = PyroMessageLimits()
        (messages.messageBytes, messages.inflatedBytes) = (messageBytes, messageBytes)
        return messages
    }

    var documents: PyroDataLimits {
        var documents = PyroDataLimits()
        (documents.depth, documents.bytes) = (depth, messageBytes)
        return documents
    }
}
