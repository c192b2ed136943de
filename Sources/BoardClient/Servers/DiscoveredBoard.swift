public import BoardWire

/// A board that announced itself, and what came of asking it.
///
/// What it says is not proven: whoever can send to the group can announce anything. ``roundTrip`` tells that somebody
/// answers there, ``source`` who said so.
public struct DiscoveredBoard: Sendable, Hashable {
    /// What it said.
    public let announcement: AnnouncedBoard
    /// The address that it said so from.
    public let source: String
    /// The time of a request and its answer on its udp road, or of a connection; `nil` when nothing answered there.
    public let roundTrip: Duration?

    /// A board, as measured.
    public init(announcement: AnnouncedBoard, source: String, roundTrip: Duration?) {
        self.announcement = announcement
        self.source = source
        self.roundTrip = roundTrip
    }

    /// Where a road begins; `nil` when it is not on, or its place is no endpoint.
    public func endpoint(of road: String) -> Endpoint? {
        announcement.endpoint(of: road)
    }
}

extension AnnouncedBoard {
    func endpoint(of road: String) -> Endpoint? {
        guard let place = place(of: road), let address = Self.address(of: place), let endpoint = Endpoint(address),
            endpoint.port != 0
        else { return nil }
        return endpoint
    }

    /// The `host:port` in a place, which may be a URL: `http://host:port/`. `nil` when it is another kind of URL.
    private static func address(of place: String) -> String? {
        let isURL = place.hasPrefix("http://")
        let address = isURL ? place.dropFirst("http://".count).prefix { $0 != "/" } : place[...]
        return address.isEmpty || address.contains("/") ? nil : String(address)
    }

    /// What a round trip is measured with: the udp road, else a connection. Only places that are addresses: a stranger's
    /// names are not looked up unless somebody chooses them.
    var measurable: (endpoint: Endpoint, transport: Transport)? {
        let roads = [
            ("udp", Transport.datagrams), ("tcp", .connections), ("live", .connections), ("http", .connections),
        ]
        for (road, transport) in roads {
            if let endpoint = endpoint(of: road), HostAddresses.isNumeric(endpoint.host) {
                return (endpoint, transport)
            }
        }
        return nil
    }
}
