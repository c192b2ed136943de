import NIOCore
import NIOPosix
import Synchronization

/// A server of the tests' own: reads each request whole, and does the next step of its script with it.
final class ScriptedServer: Sendable {
    /// What it does with a request.
    enum Step: Sendable {
        /// A 200 with this body; the connection stays.
        case answer(String)
        /// These bytes as they are; the connection stays.
        case raw(String)
        /// A 200 with this body, which is in gzip; the connection stays.
        case packed([UInt8])
        /// These bytes, then the end of the connection.
        case last(String)
        /// Nothing at all.
        case silence
    }

    private struct State {
        var script: ArraySlice<Step>
        var requests: [String] = []
        var connections: [any Channel] = []
        var begun = 0
    }

    private let state: Mutex<State>

    private init(_ script: [Step]) {
        state = Mutex(State(script: script[...]))
    }

    /// The requests that came whole, their heads too.
    var requests: [String] { state.withLock { $0.requests } }
    /// The connections that came.
    var connections: Int { state.withLock { $0.begun } }

    /// Closes every connection that is open, and returns when they are closed here.
    func closeConnections() async throws {
        let open = state.withLock { state in
            defer { state.connections = [] }
            return state.connections
        }
        for channel in open { try? await channel.close() }  // one that the client has closed is closed
    }

    /// Runs a body with a server that listens on a free port of this host, and its URL.
    static func run(_ script: [Step], _ body: (ScriptedServer, String) async throws -> Void) async throws {
        let server = ScriptedServer(script)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                server.state.withLock { state in
                    state.connections.append(channel)
                    state.begun += 1
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptedConnection(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do { result = .success(try await body(server, "http://127.0.0.1:\(listener.localAddress!.port!)/RPC2")) } catch
        {
            result = .failure(error)
        }
        try await listener.close()
        try await server.closeConnections()
        try result.get()
    }

    fileprivate func took(_ request: String) -> Step {
        state.withLock { state in
            state.requests.append(request)
            return state.script.popFirst() ?? .silence
        }
    }
}

/// A connection of the scripted server.
private final class ScriptedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer
    private var received = ""

    init(_ server: ScriptedServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let head = received.firstRange(of: "\r\n\r\n"), let length = Self.length(received[..<head.lowerBound]),
            received[head.upperBound...].utf8.count >= length
        else { return }
        let step = server.took(received)
        received = ""
        switch step {
        case .answer(let body):
            write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", context)
        case .raw(let bytes): write(bytes, context)
        case .packed(let body):
            write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n", context)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: body)), promise: nil)
        case .last(let bytes):
            write(bytes, context)
            context.close(promise: nil)
        case .silence: break
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private static func length(_ head: Substring) -> Int? {
        head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
    }
}
