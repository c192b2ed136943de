import AsyncHTTPClient
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What went wrong on a connection, in words for a person.
func words(for error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
        error.connectionErrors.first.map { words(for: $0.error) } ?? "the name \(error.host) is not known"
    case let error as HTTPClientError: error.shortDescription
    case let error as ChannelError: if case .connectTimeout = error { "no connection in time" } else { "\(error)" }
    default: "\(error)"
    }
}
