import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
public import MessageBoard

/// What else the web's road serves: pages, and what is asked by GET.
public protocol HTTPRoutes: Sendable {
    /// Adds the paths.
    func addRoutes(to router: Router<HTTPContext>)
}

/// What a request's handler knows besides the request.
public struct HTTPContext: RequestContext {
    /// What Hummingbird keeps.
    public var coreContext: CoreRequestContextStorage
    /// Where the request came from.
    public let origin: Origin

    /// What a context is made of.
    public struct Source: RequestContextSource {
        /// For Hummingbird.
        public let logger: Logger
        let origin: Origin
    }

    /// The context of a request.
    public init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        origin = source.origin
    }
}

extension Router {
    /// Answers every other method on a path with 405 (RFC 9110, section 15.5.6).
    func refuseOthers(than method: HTTPRequest.Method, on path: RouterPath) {
        let others = [HTTPRequest.Method.get, .head, .put, .delete, .options, .patch, .post, .trace].filter {
            $0 != method && !(method == .get && $0 == .head)
        }
        let allowed = method == .get ? "GET, HEAD" : method.rawValue
        for other in others {
            on(path, method: other) { _, _ in
                Response(status: .methodNotAllowed, headers: [.allow: allowed, .contentLength: "0"])
            }
        }
    }
}
