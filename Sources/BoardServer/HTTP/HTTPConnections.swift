import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// How a web connection is set up.
struct HTTPConnections: Sendable {
    let calls: [String: any HTTPCall]
    let policy: HostPolicy
    let limits: HTTPLimits
    let budget: ByteBudget

    init(calls: [any HTTPCall], policy: HostPolicy, limits: HTTPLimits) {
        self.calls = Dictionary(uniqueKeysWithValues: calls.map { ($0.path, $0) })
        self.policy = policy
        self.limits = limits
        budget = ByteBudget(limit: limits.allBodyBytes)
    }

    /// Puts the handlers of a connection in their places.
    func configure(
        _ channel: any Channel, work: AsyncStream<HTTPCallWork>.Continuation,
        pages: AsyncStream<HTTPPages.Value>.Continuation
    ) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerBytes
        decoding.maxHeaderListSize = limits.headerBytes
        decoding.maxHeaderFieldCount = limits.headerFields
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
        try pipeline.addHandler(NIOHTTPRequestDecompressor(limit: .size(limits.bodyBytes)))
        try pipeline.addHandler(HTTPGuard(policy: policy, limits: limits, budget: budget))
        try pipeline.addHandler(
            HTTPCallServer(calls: calls, work: work) { pages.yield(try HTTPPages.attach(to: $0)) })
    }
}
