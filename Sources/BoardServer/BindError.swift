public import MessageBoard
import NIOCore
import ServerModels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A road could not be opened.
public struct BindError: Error, CustomStringConvertible {
    /// The road.
    public let road: Road
    /// Where it should have listened, as `host:port`.
    public let endpoint: String
    /// What the system says, in words.
    public let reason: String

    init(road: Road, endpoint: String, _ error: any Error) {
        self.road = road
        self.endpoint = endpoint
        reason =
            switch error {
            case let error as IOError where error.errnoCode == EADDRINUSE: "another program is using that port"
            case let error as IOError: String(cString: strerror(error.errnoCode))
            case let error as SocketAddressError.UnknownHost: "the name \(error.host) is not known"
            case let error as ListenError: error.reason
            default: "\(error)"
            }
    }

    /// In words for a person.
    public var description: String {
        "cannot listen for \(road) on \(endpoint): \(reason). Choose another with --\(road) HOST:PORT, or --\(road) off"
    }
}

extension SocketAddress {
    /// `host:port`, an IPv6 host in brackets.
    var endpoint: String {
        let host = ipAddress ?? ""
        return host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port ?? 0)" : "\(host):\(port ?? 0)"
    }
}
