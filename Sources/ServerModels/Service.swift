/// What a server does for its clients, whatever model spends the threads on it.
///
/// One value serves all connections at the same time.
public protocol Service: Sendable {
    /// Sent to each client as soon as it is served; empty where the client speaks first. After a greeting the server says
    /// nothing more: its side of the connection is shut.
    var greeting: [UInt8] { get }

    /// Cuts what one connection sends into requests.
    func framing() -> any RequestFraming

    /// Answers one request.
    ///
    /// It may compute as long as it likes, and must not wait: what has to be waited for is said in the answer, so that each
    /// model waits in its own way (a thread sleeps, an event loop sets a timer).
    ///
    /// - Throws: any error: the client gets ``failure(_:)``, and the connection goes on.
    func handle(_ request: [UInt8], from peer: Peer) throws -> Answer

    /// The answer to a request that could not be answered.
    func failure(_ reason: String) -> [UInt8]
}

extension Service {
    /// None: the client speaks first.
    public var greeting: [UInt8] { [] }
}

/// What a service answers to a request.
public enum Answer: Sendable {
    /// At once.
    case ready([UInt8])
    /// When so much time has passed.
    case delayed([UInt8], by: Duration)
    /// When somebody else has done it.
    case awaited(@Sendable () async throws -> [UInt8])
}

/// Cuts the bytes of one connection into requests: a state machine without I/O.
public protocol RequestFraming: AnyObject {
    /// Takes what has come.
    func append(_ bytes: UnsafeRawBufferPointer)

    /// The client has shut its side: nothing more comes.
    func end()

    /// What is next in what has come.
    func next() -> FramingStep
}

/// What comes next on a connection.
public enum FramingStep: Sendable {
    /// A whole request.
    case request([UInt8])
    /// More has to come first.
    case needsMore
    /// The client has what it wanted, or will never have it: the connection ends.
    case finished
    /// The client sent what nobody can serve: it is sent this, and the connection ends.
    case refused([UInt8])
}

/// The address of a client, as it is written: `127.0.0.1:40366`, `[::1]:40366`.
public struct Peer: Sendable, Hashable, CustomStringConvertible {
    /// The numeric address, without brackets.
    public let address: String
    /// The port.
    public let port: Int

    /// A client at this address.
    public init(address: String, port: Int) {
        self.address = address
        self.port = port
    }

    /// With its port.
    public var description: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
