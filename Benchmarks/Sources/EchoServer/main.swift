// An echo server with one connection a request: read to the half-close, echo, close.
// Prints the port it listens on (any free one, on loopback), then serves until it is ended.
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

let backlog: CInt = 4096

let server = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .serverChannelOption(.backlog, value: backlog)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.allowRemoteHalfClosure, value: true)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(EchoOnceHandler())
        }
    }
    .bind(host: "127.0.0.1", port: 0)
    .wait()

print(server.localAddress!.port!)
fflush(nil)
try server.closeFuture.wait()
