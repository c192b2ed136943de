import BoardClient
import BoardServer
import BoardWire
import Logging
import MessageBoard
import Multicast
import NIOCore
import NIOPosix
import Testing

/// An announcer and a listener on this host's networks, in a group of their own.
struct DiscoveryTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A group that no other test and no board on this host has.
    private func group() -> MulticastGroup {
        MulticastGroup(address: "239.1.1.1", port: .random(in: 54_000..<60_000), hops: 0)
    }

    /// Runs a body beside a board that is announced.
    private func withBoard(
        _ name: String, id: String, in group: MulticastGroup, limits: ServerLimits = ServerLimits(),
        _ body: (String) async throws -> Void
    ) async throws {
        let processor = RequestProcessor(board: MemoryBoard(now: { Timestamp(microseconds: 1) }))
        let udp = try await UDPGateway(host: "127.0.0.1", port: 0, processor: processor, logger: Self.logger)
        let board = AnnouncedBoard(
            version: "1", serverID: id, name: name, roads: [.init(name: "udp", place: udp.endpoint)])
        let announcer = try await Announcer(
            board, to: group, limits: limits, group: .singleton, logger: Self.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await udp.run() }
            tasks.addTask { try await announcer.run() }
            try await body(udp.endpoint)
            tasks.cancelAll()
        }
    }

    @Test func `two boards on a host are found with their names, roads and round trips`() async throws {
        let group = group()
        try await withBoard("one \u{1B}[2J", id: "a", in: group) { first in
            try await withBoard("two", id: "b", in: group) { second in
                let found = try await Discovery(group: group).boards(within: .seconds(1))
                #expect(found.map(\.announcement.name) == ["one \u{1B}[2J", "two"])
                #expect(found.map(\.announcement.serverID) == ["a", "b"])
                #expect(found.map { $0.endpoint(of: "udp")?.description } == [first, second])
                #expect(found.allSatisfy { $0.roundTrip != nil })
                #expect(found.allSatisfy { $0.source == "127.0.0.1" })
            }
        }
    }

    @Test func `a board that announces an address where nobody is has no round trip`() async throws {
        let group = group()
        let board = AnnouncedBoard(
            version: "1", serverID: "liar", name: "x", roads: [.init(name: "tcp", place: "127.0.0.1:1")])
        let announcer = try await Announcer(
            board, to: group, limits: ServerLimits(), group: .singleton, logger: Self.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await announcer.run() }
            let found = try await Discovery(group: group).boards(within: .milliseconds(500))
            #expect(found.map(\.announcement.serverID) == ["liar"])
            #expect(found.map(\.roundTrip) == [nil])
            tasks.cancelAll()
        }
    }

    private let ethernet = MulticastInterface(
        name: "eth0", address: "192.0.2.2", addresses: ["192.0.2.2", "2001:db8::2"], isLoopback: false)

    @Test(arguments: [
        ("127.0.0.1:7777", "127.0.0.1:7777", nil), ("0.0.0.0:7777", "127.0.0.1:7777", "192.0.2.2:7777"),
        ("[::]:7777", "127.0.0.1:7777", "192.0.2.2:7777"), ("192.0.2.2:1", nil, "192.0.2.2:1"),
        ("[2001:db8::2]:1", nil, "[2001:db8::2]:1"), ("[::1]:1", "[::1]:1", nil), ("198.51.100.1:1", nil, nil),
    ])
    func `a network is told the roads that lead there`(place: String, loopback: String?, ethernet: String?) {
        let board = AnnouncedBoard(version: "1", serverID: "a", name: "x", roads: [.init(name: "udp", place: place)])
        func announced(_ interface: MulticastInterface) -> String? {
            guard case .board(let board)? = board.announced(on: interface) else { return nil }
            return board.place(of: "udp")
        }
        #expect(announced(.loopback) == loopback)
        #expect(announced(self.ethernet) == ethernet)
    }
}
