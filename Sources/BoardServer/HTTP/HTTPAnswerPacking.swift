import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// Packs long answers for clients that say they take gzip: puts NIO's compressor behind itself when the first request says
/// so, since it costs something on every answer, and most clients of the kind that hurry do not ask for it.
final class HTTPAnswerPacking: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let threshold: Int
    private var isPacking = false

    /// - Parameter threshold: bytes of an answer from which on it is packed.
    init(threshold: Int) {
        self.threshold = threshold
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isPacking, case .head(let head) = unwrapInboundIn(data), head.headers.contains(name: "accept-encoding") {
            isPacking = true
            let compressor = HTTPResponseCompressor { [threshold] head, _ in
                let bytes = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
                return bytes >= threshold ? .compressIfPossible : .doNotCompress
            }
            do { try context.pipeline.syncOperations.addHandler(compressor, position: .after(self)) } catch {
                return context.fireErrorCaught(error)
            }
        }
        context.fireChannelRead(data)
    }
}
