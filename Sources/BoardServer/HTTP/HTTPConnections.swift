import NIOCore
import NIOHTTP1

/// How a web connection is set up.
struct HTTPConnections: Sendable {
    let policy: HostPolicy
    let limits: HTTPLimits
    let budget: Budget

    init(policy: HostPolicy, limits: HTTPLimits) {
        self.policy = policy
        self.limits = limits
        budget = Budget(limit: limits.allBodyBytes)
    }

    /// Puts the handlers of a connection in their places.
    func configure(_ channel: any Channel, work: AsyncStream<HTTPWork>.Continuation) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerBytes
        decoding.maxHeaderListSize = limits.headerBytes
        decoding.maxHeaderFieldCount = limits.headerFields
        let pipeline = channel.pipeline.syncOperations
        // The parser keeps what it passes over in a head, and what comes after an upgrade, uncounted: the decoder counts it.
        try pipeline.addHandlers(
            HTTPResponseEncoder(),
            ByteToMessageHandler(
                HTTPRequestDecoder(limitConfiguration: decoding), maximumBufferSize: limits.unparsedBytes))
        try pipeline.addHandler(HTTPTurns(unpackedBytes: limits.bodyBytes))
        let gate = HTTPGuard(policy: policy, limits: limits, budget: budget)
        try pipeline.addHandlers(gate, HTTPServer(work: work, gate: gate))
    }
}
