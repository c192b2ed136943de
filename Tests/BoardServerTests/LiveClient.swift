import BoardWire
import MessageBoard
import NIOCore
import NIOPosix

/// A client of the live road for tests: sends what it is told, takes answers one by one.
enum LiveClient {
    struct Ended: Error {}

    /// Runs a body with a connection.
    static func with<Value>(
        _ endpoint: String, _ body: (inout Connection) async throws -> Value
    ) async throws -> Value {
        let parts = endpoint.split(separator: ":")
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: String(parts[0]), port: Int(parts[1]) ?? 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = Connection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }

    struct Connection {
        var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        private var framing = [UInt8]()

        init(
            inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
            outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) {
            self.inbound = inbound
            self.outbound = outbound
        }

        func send(_ text: String) async throws {
            try await outbound.write(ByteBuffer(string: text))
        }

        func send(_ requests: LiveRequest...) async throws {
            try await outbound.write(ByteBuffer(bytes: requests.flatMap { $0.encoded() }))
        }

        /// The next message of the server, as it stands on the wire, without its `;`.
        mutating func next() async throws -> String {
            while true {
                if let end = framing.firstIndex(of: LiveAnswer.end) {
                    defer { framing.removeSubrange(...end) }
                    return String(decoding: framing[..<end], as: UTF8.self)
                }
                guard let piece = try await inbound.next(isolation: #isolation) else { throw Ended() }
                framing += piece.readableBytesView
            }
        }

        mutating func answer() async throws -> LiveAnswer {
            try LiveAnswer(decoding: Array(try await next().utf8)[...])
        }

        /// The bodies of the next messages, as many as that, however they are put together.
        mutating func bodies(_ count: Int) async throws -> [String] {
            var bodies: [String] = []
            while bodies.count < count {
                switch try await answer() {
                case .texts(let texts): bodies += texts.map { String(decoding: $0.body, as: UTF8.self) }
                case .records(let messages): bodies += messages.map { String(decoding: $0.body, as: UTF8.self) }
                default: break
                }
            }
            return bodies
        }
    }
}
