import Foundation

/// Where a server is, and as whom it is called.
struct ServerURL: Sendable {
    /// `http` or `https`, host, port, path and query; no user.
    let text: String
    /// From the part before `@`, its `%`s read.
    let credentials: (user: String, password: String)?

    /// - Throws: ``ServerProxyError/url(_:reason:)``.
    init(_ url: String) throws(ServerProxyError) {
        // Errors are printed: they do not show as whom a server is called.
        let shown = url.split(separator: "@").last.map { url.contains("@") ? "...@\($0)" : url } ?? url
        guard var parts = URLComponents(string: url) else { throw .url(shown, reason: "it cannot be read") }
        guard ["http", "https"].contains(parts.scheme?.lowercased()) else {
            throw .url(shown, reason: "it has to begin with http:// or https://")
        }
        guard parts.host?.isEmpty == false else { throw .url(shown, reason: "it names no host") }
        credentials = parts.user.map { ($0, parts.password ?? "") }
        parts.user = nil
        parts.password = nil
        parts.fragment = nil
        if parts.path.isEmpty && parts.query == nil { parts.path = "/RPC2" }
        guard let text = parts.string else { throw .url(shown, reason: "it cannot be read") }
        self.text = text
    }
}
