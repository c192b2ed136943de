public import XMLRPC

/// A server whose methods are called.
///
/// Connections are kept and used again. A proxy is a value: its copies share the connections, and when the last one is
/// gone, so are they; ``shutdown()`` does not wait for that. A call is sent once, never a second time by itself.
public struct ServerProxy: Sendable {
    /// The bounds and the trust of a proxy.
    public struct Configuration: Sendable {
        /// The longest wait for a connection, its TLS among it.
        public var connectTimeout = Duration.seconds(10)
        /// The longest time of a whole call, from looking for a connection to the answer's last byte.
        public var timeout = Duration.seconds(60)
        /// Most connections at a time; further calls wait for one.
        public var connections = 8
        /// How long a connection is kept that nobody uses.
        public var idleTimeout = Duration.seconds(20)
        /// What an answer may cost; ``XMLRPC/XMLRPCLimits/documentBytes`` bounds its bytes, unpacked ones too.
        public var limits = XMLRPCLimits()
        /// A PEM file of certificates that are trusted besides the system's, for `https`.
        public var trustedCertificates: String?

        /// The values above.
        public init() {}
    }

    private let transport: HTTPTransport
    private let configuration: Configuration

    /// A server at `http://` or `https://`, with a user and a password in front of the host if it wants one. Without a
    /// path it is `/RPC2`.
    ///
    /// - Throws: ``ServerProxyError``.
    public init(_ url: String, configuration: Configuration = Configuration()) throws(ServerProxyError) {
        self.configuration = configuration
        transport = try HTTPTransport(ServerURL(url), configuration)
    }

    /// Calls a method.
    ///
    /// - Parameter returning: the result's type, where it cannot be inferred.
    public func call<each Parameter: XMLRPCConvertible, Result: XMLRPCConvertible>(
        _ method: String, _ parameter: repeat each Parameter, returning: Result.Type = Result.self
    ) async throws(XMLRPCClientError) -> Result {
        let call = XMLRPCCall(method, repeat each parameter, returning: Result.self)
        return try call.result(of: try await self.call(call.request))
    }

    /// Calls a method with values of any type.
    ///
    /// - Parameter timeout: the longest time of this call, where it is not the configuration's.
    public func call(
        _ request: XMLRPCRequest, timeout: Duration? = nil
    ) async throws(XMLRPCClientError) -> XMLRPCValue {
        let document: [UInt8]
        do { document = try request.encoded() } catch { throw .notSent(.notEncodable(error)) }
        let answer = try await transport.post(document, within: timeout ?? configuration.timeout)
        let response: XMLRPCResponse
        do { response = try XMLRPCResponse(decoding: answer, limits: configuration.limits) } catch {
            throw .sentButUnknown(.unreadable(error))
        }
        switch response {
        case .value(let value): return value
        case .fault(let fault): throw .fault(fault)
        }
    }

    /// Closes the connections, and returns when they are closed. Calls that are being made end with an error.
    public func shutdown() async {
        await transport.shutdown()
    }

    /// Closes the connections; does not wait for it.
    package func beginShutdown() {
        transport.beginShutdown()
    }
}

/// Why there is no proxy.
public enum ServerProxyError: Error, Sendable, CustomStringConvertible {
    /// The text is no URL of a server.
    case url(String, reason: String)
    /// The file of trusted certificates cannot be used.
    case certificates(file: String, reason: String)

    /// In words for a person.
    public var description: String {
        switch self {
        case .url(let url, let reason): "\"\(url)\" is no XML-RPC server's URL: \(reason)"
        case .certificates(let file, let reason): "the certificates in \(file) cannot be used: \(reason)"
        }
    }
}
