import NIOCore
import NIOPosix
import PyroWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Asks a daemon whether it is there, over a connection of its own: it says whom it wants, as every client does, and waits for any
/// answer.
///
/// A refusal is an answer too: a daemon that is full, or wants a token, is there. So is one that closes the connection at once: it
/// may speak TLS.
enum DaemonPing {
    static func ping(_ daemon: DaemonPlace, seconds: Double) async -> PingResult {
        let patience = TimeAmount.milliseconds(Int64(seconds * 1_000))
        let connect = PyroConnect(object: PyroNames.daemon)
        guard let payload = try? connect.payload(.serpent) else { return .unknown }
        let message = PyroMessage(.connect, serializer: PyroSerializer.serpent.rawValue, payload: payload)
        do {
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let answer = loop.makePromise(of: PingResult.self)
            let channel: any Channel
            do {
                channel = try await ClientBootstrap(group: loop).connectTimeout(patience)
                    .channelInitializer { $0.pipeline.addHandler(FirstAnswer(answer)) }
                    .connect(host: daemon.host, port: daemon.port).get()
            } catch {
                answer.succeed(.silent)  // a promise has to end
                return isOurs(error) ? .unknown : .silent
            }
            let timer = loop.scheduleTask(in: patience) { answer.succeed(.silent) }
            channel.writeAndFlush(ByteBuffer(bytes: message.encoded()), promise: nil)
            let result = try await answer.futureResult.get()
            timer.cancel()
            channel.close(promise: nil)
            return result
        } catch {
            return .unknown
        }
    }

    /// Whether it is this host that cannot connect to anybody: no descriptors, no memory, no network.
    private static func isOurs(_ error: any Error) -> Bool {
        let ours: Set<CInt> = [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, ENETDOWN, ENETUNREACH]
        switch error {
        case let error as IOError: return ours.contains(error.errnoCode)
        case let error as NIOConnectionError:
            return error.connectionErrors.contains {
                ($0.error as? IOError).map { ours.contains($0.errnoCode) } ?? false
            }
        default: return false
        }
    }
}

/// The first bytes that come, or the end.
private final class FirstAnswer: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let answer: EventLoopPromise<PingResult>

    init(_ answer: EventLoopPromise<PingResult>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.succeed(.answered)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.succeed(.answered)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
