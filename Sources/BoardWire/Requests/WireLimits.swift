/// The bounds of the board's protocol, in bytes (protocols.md, section 1).
public enum WireLimits {
    /// Most bytes of a request or an answer in one datagram: 2^16 - 32.
    public static let datagram = 65_504
    /// Most bytes of a request on a stream, unless the server says otherwise: 200 MiB.
    public static let stream = 200 << 20
    /// Most bytes of a `7` request before its body.
    public static let publishHeader = 96 << 10
    /// Most bytes of a request of the live protocol, except one that publishes: 1 MiB.
    public static let liveRequest = 1 << 20
    /// Most bytes of one that publishes: the base64 of a body of ``stream`` bytes, line ends in it, and its head.
    public static let livePublish = 280 << 20
    /// Most bytes of a message that a client takes from a server of the live protocol: 300 MiB.
    public static let liveAnswer = 300 << 20
    /// Most bytes of a call on the road of remote objects, unless the server says otherwise: 16 MiB.
    public static let remoteCall = 16 << 20
}
