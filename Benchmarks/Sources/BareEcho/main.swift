// A bare echo server on SwiftNIO: what comes is written back, on any number of connections, until it is ended.
// What any server on SwiftNIO can reach on a machine is measured against it.
//
//   BareEcho [--listen HOST:PORT] [--ready-file FILE] [--threads N]      prints its endpoint when it listens
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

let backlog: CInt = 4096

func fail(_ sentence: String, code: CInt) -> Never {
    let line = Array("BareEcho: \(sentence)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(code)
}

/// Written whole, by rename, so that whoever waits for it never reads a part.
func announce(_ endpoint: String, in file: String) {
    let unfinished = file + ".part"
    guard let stream = fopen(unfinished, "w") else { fail("\(unfinished): cannot be written", code: 1) }
    fputs("{\"pid\":\(getpid()),\"endpoint\":\"\(endpoint)\"}\n", stream)
    guard fclose(stream) == 0, rename(unfinished, file) == 0 else { fail("\(file): cannot be written", code: 1) }
}

let options: Options
do {
    options = try Options(CommandLine.arguments.dropFirst())
} catch {
    fail(error.sentence, code: 64)
}

// SwiftNIO sets TCP_NODELAY on accepted connections by itself.
let server = try ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: options.threads))
    .serverChannelOption(.backlog, value: backlog)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(EchoHandler())
        }
    }
    .bind(host: options.host, port: options.port)
    .wait()

let endpoint = "\(options.host):\(server.localAddress!.port!)"
if let file = options.readyFile { announce(endpoint, in: file) }
print(endpoint)
fflush(nil)
try server.closeFuture.wait()
