public import BoardWire
public import Logging
import MessageBoard
package import Multicast
import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// Tells the networks that a board is here (protocols.md, section 5): every five seconds, when somebody asks, and when it
/// goes.
///
/// On each network it names the roads that can be reached from there, and it is silent on networks where there are none: a
/// board on loopback is announced on loopback alone.
public final class Announcer: Service {
    private let sockets: [Socket]

    private struct Socket: Sendable {
        let channel: any Channel
        let handler: NIOLoopBound<AnnouncerHandler>
    }

    /// Joins the group; nothing is said until ``run()``. The networks are those that the host is on now.
    ///
    /// - Parameter board: its roads' places are where the roads listen, as `host:port`; 0.0.0.0 and :: mean every network.
    /// - Throws: ``AnnounceError`` when it can be announced nowhere. What fails on one network only is logged.
    public convenience init(
        _ board: AnnouncedBoard, limits: ServerLimits = ServerLimits(),
        group: MultiThreadedEventLoopGroup = .singleton, logger: Logger
    ) async throws {
        let everywhere = MulticastGroup(
            address: Announcement.group, port: Announcement.port, hops: Announcement.hops)
        try await self.init(board, to: everywhere, limits: limits, group: group, logger: logger)
    }

    package init(
        _ board: AnnouncedBoard, to multicast: MulticastGroup, limits: ServerLimits,
        group: MultiThreadedEventLoopGroup, logger: Logger
    ) async throws {
        var sockets: [Socket] = []
        var reason = "no network leads to its roads"
        do {
            let destination = try multicast.destination
            for interface in try MulticastInterface.all() {
                guard let line = board.announced(on: interface) else { continue }
                do {
                    sockets.append(
                        try await Self.open(multicast, interface, group.next()) {
                            AnnouncerHandler(line, to: destination, answersPerSecond: limits.announcementsPerSecond)
                        })
                } catch {
                    reason = "\(error)"
                    logger.warning(
                        "not announced on a network",
                        metadata: ["device": "\(interface.name)", "reason": "\(error)"])
                }
            }
        } catch {
            reason = "\(error)"
        }
        guard !sockets.isEmpty else {
            throw AnnounceError(group: "\(multicast.address):\(multicast.port)", reason: reason)
        }
        self.sockets = sockets
    }

    private static func open(
        _ multicast: MulticastGroup, _ interface: MulticastInterface, _ loop: any EventLoop,
        _ makeHandler: @escaping @Sendable () -> AnnouncerHandler
    ) async throws -> Socket {
        let handler = try await loop.submit { NIOLoopBound(makeHandler(), eventLoop: loop) }.get()
        let channel = try await multicast.member(on: interface, loop: loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(handler.value)
            }
        }
        return Socket(channel: channel, handler: handler)
    }

    /// Announces until a graceful shutdown; then says goodbye.
    public func run() async throws {
        for socket in sockets {
            socket.channel.eventLoop.execute { socket.handler.value.announce() }
        }
        try? await gracefulShutdown()  // or cancelled: the board ends in both cases
        for socket in sockets {
            // An error of saying goodbye is no reason to stay: the board is forgotten soon.
            try? await socket.channel.eventLoop.flatSubmit { socket.handler.value.end() }.get()
        }
    }
}

/// A board cannot be announced anywhere.
public struct AnnounceError: Error, CustomStringConvertible {
    /// The group, as `address:port`.
    public let group: String
    /// What the system says.
    public let reason: String

    /// In words for a person.
    public var description: String {
        "cannot announce the board to \(group): \(reason). Leave out --announce on, or look at the network"
    }
}

extension AnnouncedBoard {
    /// The line for one network: the roads that are reached from there, at their addresses there. `nil` when there are none.
    package func announced(on interface: MulticastInterface) -> Announcement? {
        var board = self
        board.roads = roads.compactMap { road in
            guard let place = Self.place(road.place, on: interface) else { return nil }
            return Road(name: road.name, place: road.name == MessageBoard.Road.http.name ? "http://\(place)/" : place)
        }
        return board.roads.isEmpty ? nil : .board(board)
    }

    private static func place(_ place: String, on interface: MulticastInterface) -> String? {
        guard let colon = place.lastIndex(of: ":") else { return nil }
        let host = place[..<colon].trimmingPrefix("[").prefix { $0 != "]" }
        if host == "0.0.0.0" || host == "::" { return interface.address + place[colon...] }
        let isHere =
            interface.isLoopback
            ? host.hasPrefix("127.") || host == "::1" : interface.addresses.contains(String(host))
        return isHere ? place : nil
    }
}
