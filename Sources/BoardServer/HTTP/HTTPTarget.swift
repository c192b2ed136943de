/// What a request is for (RFC 9112, section 3.2): a path, or a whole URL, as proxies are asked.
struct HTTPTarget {
    /// `host[:port]`, when it is a URL; it counts instead of `Host`.
    let authority: String?
    /// With its query.
    let pathAndQuery: Substring

    /// Without its query.
    var path: Substring {
        pathAndQuery.prefix { $0 != "?" }
    }

    init(_ target: String) {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else {
            authority = nil
            pathAndQuery = target[...]
            return
        }
        let rest = target[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        authority = String(host)
        pathAndQuery = host.endIndex == rest.endIndex ? "/" : rest[host.endIndex...]
    }
}
