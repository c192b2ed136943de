import NIOSSL
import PyroWire

/// What this process says of itself when it connects, and how it writes.
struct CallerIdentity: Sendable {
    let serializer: PyroSerializer
    let handshake: PyroValue
    /// The name of this process, on all its connections the same.
    let process: String
    /// What its connections are encrypted with, if they are.
    let encryption: NIOSSLContext?
}
