import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOSSL
import Synchronization
import XMLRPC

/// Posts documents to one server, on connections that are kept.
final class HTTPTransport: Sendable {
    /// Most tries of a request of which nothing was sent: a kept connection may turn out to be closed, and so may the next.
    private static let mostTries = 3

    private let client: HTTPClient
    private let url: ServerURL
    private let answerBytes: Int

    init(_ url: ServerURL, _ configuration: ServerProxy.Configuration) throws(ServerProxyError) {
        self.url = url
        answerBytes = configuration.limits.documentBytes
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = TimeAmount(configuration.connectTimeout)
        settings.connectionPool.idleTimeout = TimeAmount(configuration.idleTimeout)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.connections
        // A refused connection is told at once: whoever calls knows better whether to wait.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.httpVersion = .http1Only
        settings.decompression = .enabled(limit: .size(answerBytes))
        settings.tlsConfiguration = try Self.tls(trusting: configuration.trustedCertificates)
        client = HTTPClient(configuration: settings)
    }

    deinit {
        beginShutdown()
    }

    func shutdown() async {
        try? await client.shutdown().get()  // fails only when it was shut down before
    }

    func beginShutdown() {
        // The client has to be there until it is shut down.
        client.shutdown { [client] _ in withExtendedLifetime(client) {} }
    }

    /// Posts a document, and gives the answer's body.
    func post(_ document: [UInt8], within time: Duration) async throws(XMLRPCClientError) -> [UInt8] {
        let deadline = ContinuousClock.now + time
        var tries = 0
        while true {
            let body = DocumentBody(document)
            do {
                return try await exchange(body, until: deadline)
            } catch {
                // Nothing of the document left: the connection had been closed while nobody used it.
                tries += 1
                if !body.wasTaken, tries < Self.mostTries, Self.isClosedConnection(error) { continue }
                throw described(error, wasSent: body.wasTaken, time)
            }
        }
    }

    /// One try, cut off when the time is over.
    private func exchange(_ body: DocumentBody, until deadline: ContinuousClock.Instant) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await self.exchange(body) }
            group.addTask {
                try await Task.sleep(until: deadline)
                throw OutOfTime()
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw OutOfTime() }
            return answer
        }
    }

    private func exchange(_ body: DocumentBody) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers = ["Content-Type": "text/xml", "Accept-Encoding": "gzip", "User-Agent": "XMLRPCClient (Swift)"]
        if let (user, password) = url.credentials { request.setBasicAuth(username: user, password: password) }
        request.body = .stream(body, length: .known(Int64(body.document.count)))
        let response = try await client.execute(request, deadline: .distantFuture)
        guard response.status == .ok else { throw OtherStatus(code: Int(response.status.code)) }
        var answer: [UInt8] = []
        for try await piece in response.body {
            guard answer.count + piece.readableBytes <= answerBytes else { throw AnswerTooBig() }
            answer += piece.readableBytesView
        }
        return answer
    }

    private static func tls(trusting file: String?) throws(ServerProxyError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        guard let file else { return tls }
        do {
            tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(file))]
        } catch {
            throw .certificates(file: file, reason: words(for: error))
        }
        return tls
    }
}

// MARK: What went wrong

private struct OutOfTime: Error {}
private struct AnswerTooBig: Error {}
private struct OtherStatus: Error { let code: Int }

extension HTTPTransport {
    /// Whether a connection was closed before it was used.
    private static func isClosedConnection(_ error: any Error) -> Bool {
        switch error {
        case let error as ChannelError: error == .ioOnClosedChannel || error == .alreadyClosed
        case let error as HTTPClientError: error == .remoteConnectionClosed
        default: false
        }
    }

    private func described(_ error: any Error, wasSent: Bool, _ time: Duration) -> XMLRPCClientError {
        switch error {
        case is OutOfTime: wasSent ? .sentButUnknown(.timedOut(time)) : .notSent(.timedOut(time))
        case is CancellationError: wasSent ? .sentButUnknown(.cancelled) : .notSent(.cancelled)
        case let error as OtherStatus: .sentButUnknown(.status(error.code))
        case is AnswerTooBig, NIOHTTPDecompression.DecompressionError.limit:
            .sentButUnknown(.tooBig(limit: answerBytes))
        case let error as HTTPClientError where error == .alreadyShutdown && !wasSent: .notSent(.shutDown)
        case _ where wasSent: .sentButUnknown(.connectionBroken(reason: words(for: error)))
        default: .notSent(.noConnection(reason: words(for: error)))
        }
    }
}

/// A document that knows whether it was asked for. That happens when there is a connection and the request's head is on it;
/// before, no server can have carried out the call.
private final class DocumentBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let document: [UInt8]
    private let taken = Atomic(false)

    init(_ document: [UInt8]) {
        self.document = document
    }

    var wasTaken: Bool { taken.load(ordering: .acquiring) }

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: DocumentBody

        mutating func next() async -> ByteBuffer? {
            body.taken.exchange(true, ordering: .acquiringAndReleasing) ? nil : ByteBuffer(bytes: body.document)
        }
    }
}
