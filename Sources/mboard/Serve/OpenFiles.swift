import BoardServer

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process's limit of open files, which bounds its connections.
enum OpenFiles {
    /// Files that are not connections: the store's, the sockets that listen, and some to spare.
    private static let reserved = 64

    /// Raises the limit as far as the system allows, and lowers the number of connections to what fits.
    static func fitting(_ limits: ServerLimits) -> ServerLimits {
        var limits = limits
        if let files = raise() { limits.connections = min(limits.connections, max(8, files - reserved)) }
        return limits
    }

    /// Raises the limit as far as the system allows, and gives what is in force then.
    @discardableResult
    static func raise() -> Int? {
        var files = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &files) == 0 else { return nil }
        files.rlim_cur = files.rlim_max
        _ = setrlimit(resource, &files)  // the old limit stays in force when the system refuses
        return getrlimit(resource, &files) == 0 ? Int(clamping: files.rlim_cur) : nil
    }
}
