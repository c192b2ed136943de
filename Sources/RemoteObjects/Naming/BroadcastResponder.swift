import Logging
import NIOCore
import NIOPosix
import PyroWire
public import ServiceLifecycle

/// Tells those who ask by broadcast where the name server is.
///
/// ```
/// question   GET_NSURI                                        9 bytes to UDP port 9091
/// answer     PYRO:Pyro.NameServer@192.168.1.7:9090            to where the question came from
/// ```
///
/// Anything else is not answered, and no more than ``NameServerLimits/broadcastAnswersPerSecond`` are: who writes somebody else's
/// address on his questions makes this no louder than that. A name server that listens on all addresses (0.0.0.0) gives out the one
/// that the asker reaches.
public struct BroadcastResponder: Service {
    /// Pyro5's port.
    public static let standardPort = 9_091
    static let question = "GET_NSURI"

    /// Where it listens, as `host:port`.
    public let endpoint: String
    private let channel: NIOAsyncChannel<Datagram, Datagram>
    private let uri: PyroURI
    private let limits: NameServerLimits

    private typealias Datagram = AddressedEnvelope<ByteBuffer>

    /// Opens the place where questions come.
    ///
    /// - Parameters:
    ///   - server: where the name server itself listens, as `host:port` (``PyroServer/endpoint``).
    ///   - host: `0.0.0.0` to hear broadcasts.
    /// - Throws: what the system says when nobody can listen there.
    public init(
        nameServer server: String, host: String = "0.0.0.0", port: Int = standardPort,
        limits: NameServerLimits = NameServerLimits()
    ) async throws {
        guard let uri = PyroURI("PYRO:\(PyroNames.nameServer)@\(server)") else {
            throw RemoteObjectError.badURI(server)
        }
        (self.uri, self.limits) = (uri, limits)
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
            }
        endpoint = RemoteObjectID.location(host: host, port: channel.channel.localAddress?.port ?? port)
    }

    /// Whether others could use the answer: not of a server that only this host reaches; and IPv6 has no broadcast.
    public static func isUseful(for host: String) -> Bool {
        host != "localhost" && !host.hasPrefix("127.") && !host.contains(":")
    }

    /// Answers until the task is cancelled, or a graceful stop.
    public func run() async throws {
        try await channel.executeThenClose { questions, answers in
            try await withGracefulShutdownHandler {
                var rate = AnswerRate(perSecond: limits.broadcastAnswersPerSecond)
                let start = ContinuousClock.now
                for try await question in questions {
                    guard question.data.readableBytesView.elementsEqual(Self.question.utf8),
                        rate.take(at: start.duration(to: .now))
                    else { continue }
                    let text = await uri(for: question.remoteAddress).description
                    // The asker may be gone, or not be reachable: that is no failure of ours.
                    try? await answers.write(
                        Datagram(remoteAddress: question.remoteAddress, data: ByteBuffer(string: text)))
                }
            } onGracefulShutdown: {
                channel.channel.close(promise: nil)
            }
        }
    }

    private func uri(for asker: SocketAddress) async -> PyroURI {
        guard case .host("0.0.0.0", let port)? = uri.location else { return uri }
        // A datagram socket that is connected sends nothing, and knows the address that it would send from.
        let socket = try? await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: asker).get()
        defer { socket?.close(promise: nil) }
        guard let host = socket?.localAddress?.ipAddress else { return uri }
        return PyroURI(object: uri.object, host: host, port: port)
    }
}

/// A bucket of answers, as many as a second has, that fills as time goes by.
package struct AnswerRate: Sendable {
    private let perSecond: Double
    private var left: Double
    private var time = Duration.zero

    package init(perSecond: Double) {
        self.perSecond = perSecond
        left = perSecond
    }

    /// Takes one; `false` when there is none.
    package mutating func take(at now: Duration) -> Bool {
        left = min(perSecond, left + (now - time) / .seconds(1) * perSecond)
        time = now
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
