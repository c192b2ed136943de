/// Where the datagrams of a session come from: its owner.
public struct SessionPlace: Sendable, Hashable {
    /// The address's bits, an IPv4 one in its IPv6 form.
    public struct Address: Sendable, Hashable {
        /// The first 64 bits.
        public let high: UInt64
        /// The last 64 bits.
        public let low: UInt64

        /// An address of these bits.
        public init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    /// The host.
    public let address: Address
    /// The port on it.
    public let port: UInt16

    /// A place.
    public init(address: Address, port: UInt16) {
        self.address = address
        self.port = port
    }
}
