import BoardClient
import BoardWire
import Testing

/// Where the roads of a board begin that announced itself.
struct DiscoveredBoardTests {
    @Test(arguments: [
        ("udp", Endpoint(host: "192.0.2.1", port: 7_777)), ("http", Endpoint(host: "192.0.2.1", port: 7_780)),
        ("other", Endpoint(host: "::1", port: 1)),
    ])
    func `a place is an endpoint or a URL`(road: String, endpoint: Endpoint) {
        #expect(Self.board.endpoint(of: road) == endpoint)
    }

    @Test(arguments: ["none", "zero", "word", "tls", "user"])
    func `what is neither, and a road that is not on, have no endpoint`(road: String) {
        #expect(Self.board.endpoint(of: road) == nil)
    }

    private static let board = DiscoveredBoard(
        announcement: AnnouncedBoard(
            version: "1", serverID: "a", name: "a",
            roads: [
                .init(name: "udp", place: "192.0.2.1:7777"), .init(name: "http", place: "http://192.0.2.1:7780/"),
                .init(name: "other", place: "http://[::1]:1"), .init(name: "zero", place: "http://192.0.2.1:0/"),
                .init(name: "word", place: "http://192.0.2.1:x/"), .init(name: "tls", place: "https://192.0.2.1:1/"),
                .init(name: "user", place: "http://"),
            ]),
        source: "192.0.2.1", roundTrip: nil)
}
