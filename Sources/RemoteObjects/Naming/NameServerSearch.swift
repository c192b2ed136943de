import NIOCore
import NIOPosix
import PyroWire

/// Where a name server is looked for when nobody says where it is: as Pyro5's `locate_ns` does, on this host first, then by broadcast.
public struct NameServerSearch: Sendable {
    /// Tried first, in this order. Some systems have the second in their hosts file as their own.
    public var hosts = ["127.0.0.1", "127.0.1.1"]
    /// Where name servers listen.
    public var port = PyroURI.nameServerPort
    /// Where those who know them hear broadcasts; `nil` asks nobody.
    public var broadcastPort: Int? = BroadcastResponder.standardPort
    /// How often the question is asked.
    public var questions = 3
    /// Seconds that the answer to each of them may take.
    public var answerSeconds = 0.7

    /// As above.
    public init() {}

    /// Where broadcasts go: to the neighbours, and to this host, which does not hear all of its own.
    private static let addresses = ["255.255.255.255", "0.0.0.0"]

    /// Asks whoever hears it.
    ///
    /// - Returns: the first answer; `nil` when there is none.
    func broadcast() async -> PyroURI? {
        guard let broadcastPort else { return nil }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: PyroURI?.self)
        let socket = try? await DatagramBootstrap(group: loop)
            .channelOption(.socketOption(.so_broadcast), value: 1)
            .channelInitializer { $0.pipeline.addHandler(AnswerHandler(answer)) }
            .bind(host: "0.0.0.0", port: 0).get()
        guard let socket else {
            answer.succeed(nil)
            return nil
        }
        let places = Self.addresses.compactMap { try? SocketAddress(ipAddress: $0, port: broadcastPort) }
        let pause = TimeAmount.milliseconds(Int64(answerSeconds * 1_000))
        let asking = loop.scheduleRepeatedTask(initialDelay: .zero, delay: pause) { task in
            for place in places {
                let question = ByteBuffer(string: BroadcastResponder.question)
                socket.writeAndFlush(AddressedEnvelope(remoteAddress: place, data: question), promise: nil)
            }
        }
        let end = loop.scheduleTask(in: pause * questions) { answer.succeed(nil) }
        let found = await withTaskCancellationHandler {
            try? await answer.futureResult.get()
        } onCancel: {
            answer.succeed(nil)
        }
        asking.cancel()
        end.cancel()
        socket.close(promise: nil)
        return found ?? nil
    }
}

/// Takes the first datagram that is the URI of an object on some host, and no other.
private final class AnswerHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let answer: EventLoopPromise<PyroURI?>

    init(_ answer: EventLoopPromise<PyroURI?>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The answer is in ISO 8859-1, which has a byte for each of its characters.
        let text = String(
            String.UnicodeScalarView(unwrapInboundIn(data).data.readableBytesView.map { Unicode.Scalar($0) }))
        guard let uri = PyroURI(text), uri.scheme == .object, case .host? = uri.location else { return }
        answer.succeed(uri)
    }

    /// A network that takes no broadcasts is one without an answer.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
