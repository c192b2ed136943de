public import XMLRPC

/// A server that is called.
public struct ServerProxy: Sendable {}
