import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What an error of a step means for the download.
func downloadError(for error: any Error, timeout: Duration) -> DownloadError {
    switch error {
    case let error as DownloadError: error
    case is CancellationError: .cancelled
    case let error as HTTPClientError where timeouts.contains(error): .timedOut(timeout)
    case let error as HTTPClientError where error == .redirectLimitReached:
        .redirects("there are more than \(DownloadLimits.redirects) redirects, one after the other")
    case let error as HTTPClientError where error == .redirectCycleDetected:
        .redirects("the redirects lead back to where they began")
    case let error as HTTPClientError where breaks.contains(error): .unreachable(words(for: error))
    case HTTPParserError.invalidEOFState, is IOError, is NIOConnectionError, is ChannelError:
        .unreachable(words(for: error))
    default: .notHTTP(words(for: error))
    }
}

private let timeouts: [HTTPClientError] = [
    .connectTimeout, .readTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .deadlineExceeded,
]

private let breaks: [HTTPClientError] = [.remoteConnectionClosed, .uncleanShutdown]

/// What went wrong on a connection, in words for a person.
func words(for error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
        error.connectionErrors.first.map { words(for: $0.error) } ?? "the name \(error.host) is not known"
    case let error as HTTPClientError: error.shortDescription
    case HTTPParserError.invalidEOFState: "the server closed the connection"
    default: "\(error)"
    }
}
