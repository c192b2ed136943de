import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// NIO's handlers for packed bodies, put into a connection when its first request asks for them: each costs something on
/// every request, and most clients that hurry ask for none.
struct HTTPCodings {
    private var isAdded = false

    /// Unpacks requests behind this handler, from this head on, when it announces a packed body.
    mutating func unpack(
        _ head: HTTPRequestHead, upTo bytes: Int, behind handler: some ChannelHandler, _ context: ChannelHandlerContext
    ) throws {
        guard !isAdded, head.headers.contains(name: "content-encoding") else { return }
        isAdded = true
        try context.pipeline.syncOperations.addHandler(
            NIOHTTPRequestDecompressor(limit: .size(bytes)), position: .after(handler))
    }

    /// Packs answers of at least so many bytes behind this handler, from this head on, when it says that they are taken.
    mutating func pack(
        _ head: HTTPRequestHead, from bytes: Int, behind handler: some ChannelHandler, _ context: ChannelHandlerContext
    ) throws {
        guard !isAdded, head.headers.contains(name: "accept-encoding") else { return }
        isAdded = true
        let compressor = HTTPResponseCompressor { head, _ in
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            return length >= bytes ? .compressIfPossible : .doNotCompress
        }
        try context.pipeline.syncOperations.addHandler(compressor, position: .after(handler))
    }
}
