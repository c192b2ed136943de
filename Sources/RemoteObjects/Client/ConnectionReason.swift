import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why there is no connection, in words for a person.
func connectionReason(_ error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
        error.connectionErrors.first.map { connectionReason($0.error) } ?? "the name \(error.host) is not known"
    case let error as ChannelError: if case .connectTimeout = error { "no connection in time" } else { "\(error)" }
    default: "\(error)"
    }
}
