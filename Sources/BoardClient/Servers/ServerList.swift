import NIOCore

/// How an endpoint's road begins: with a datagram, or with a connection.
public enum Transport: Sendable, Hashable {
    case datagrams
    case connections
}

extension Endpoint {
    /// The address that answers there. A name with several is tried as RFC 8305 says.
    ///
    /// - Throws: ``ClientError/unreachable(endpoint:reason:)`` or ``ClientError/timedOut(endpoint:seconds:)``.
    public func answering(by transport: Transport, within time: Duration) async throws(ClientError) -> Endpoint {
        try await Probe.race(HostAddresses.resolve(self), by: transport, within: time).endpoint
    }
}

/// Servers to be tried in order, written `a:7777,b:7777`.
///
/// A server is tried with something that changes nothing, so that a request itself goes to one server only: it is never
/// published on two boards because the first was slow.
public struct ServerList: Sendable, Hashable, CustomStringConvertible {
    /// Most servers in a list.
    public static let maximum = 16

    /// The servers, at least one, the first choice first.
    public let endpoints: [Endpoint]

    /// A list of one.
    public init(_ endpoint: Endpoint) {
        endpoints = [endpoint]
    }

    /// Reads endpoints between commas; what one leaves out comes from the default. `nil` when one cannot be read, or when
    /// there are too many.
    public init?(_ text: String, default: Endpoint = .standard) {
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        let endpoints = entries.compactMap { entry -> Endpoint? in
            let entry = entry.filter { $0 != " " }
            return entry.isEmpty && entries.count > 1 ? nil : Endpoint(entry, default: `default`)
        }
        guard endpoints.count == entries.count, endpoints.count <= Self.maximum else { return nil }
        self.endpoints = endpoints
    }

    /// The first server that can be reached. A name with several addresses is reached at the one that answers first, tried
    /// as RFC 8305 says. A server that is the only one, and has one address, is not tried: the request itself will tell.
    ///
    /// - Parameter time: the longest wait for all together; each gets an even share of what is left.
    /// - Throws: ``ClientError/unreachable(endpoint:reason:)`` when nobody answers.
    public func reachable(by transport: Transport, within time: Duration) async throws(ClientError) -> Endpoint {
        // One name is left to the connection's own race among addresses.
        if endpoints.count == 1, transport == .connections { return endpoints[0] }
        let end = ContinuousClock.now + time
        var failures: [ClientError] = []
        for (place, endpoint) in endpoints.enumerated() {
            let share = ContinuousClock.now.duration(to: end) / (endpoints.count - place)
            do throws(ClientError) {
                if endpoints.count == 1, try await HostAddresses.resolve(endpoint).count == 1 { return endpoint }
                return try await endpoint.answering(by: transport, within: max(share, .milliseconds(1)))
            } catch {
                failures.append(error)
            }
        }
        if failures.count == 1 { throw failures[0] }
        throw .unreachable(
            endpoint: endpoints.map(\.description).joined(separator: ", "),
            reason: failures.map(\.reason).joined(separator: "; "))
    }

    /// `a:7777,b:7777`, as ``init(_:default:)`` reads it.
    public var description: String { endpoints.map(\.description).joined(separator: ",") }
}

extension ClientError {
    /// What is wrong, without what to do about it.
    package var reason: String {
        switch self {
        case .unreachable(_, let reason): reason
        case .timedOut: "no answer"
        case .answer, .messageNotFound, .tooBigForDatagram, .unsendable, .sessionRefused, .sessionLost, .damaged:
            description
        }
    }
}
