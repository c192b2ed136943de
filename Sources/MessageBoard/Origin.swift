/// Where a message came from: the publisher's address and port, and the road it took.
public struct Origin: Sendable, Hashable {
    /// A numeric IPv4 or IPv6 address, without brackets or zone.
    public var address: String
    /// The port that the publisher sent from; 0 where the road has none.
    public var port: UInt16
    /// The road that it came by.
    public var road: Road

    /// An origin with these parts.
    public init(address: String, port: UInt16, road: Road) {
        self.address = address
        self.port = port
        self.road = road
    }

    /// `address:port`, an IPv6 address in brackets.
    public var endpoint: String {
        (address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]" : address) + ":\(port)"
    }
}

/// A road to the board: a transport and the protocol spoken on it.
public struct Road: Sendable, Hashable, CustomStringConvertible {
    /// The short name that people and the store see.
    public let name: String

    /// The road of this name.
    public init(_ name: String) {
        self.name = name
    }

    /// The name.
    public var description: String { name }

    /// One datagram a request.
    public static let udp = Road("udp")
    /// One session of datagrams a request.
    public static let session = Road("session")
    /// One connection a request.
    public static let tcp = Road("tcp")
    /// One long-lived connection, on which the server speaks too.
    public static let live = Road("live")
    /// The web, and what is called by way of it.
    public static let http = Road("http")
    /// Calls by XML-RPC.
    public static let xmlrpc = Road("xmlrpc")
    /// Calls of remote objects.
    public static let pyro = Road("pyro")
    /// Where remote objects are looked up by name. No message comes by it.
    public static let names = Road("names")
}
