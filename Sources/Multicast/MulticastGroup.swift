public import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IPv4 multicast group, as sockets that hear it and speak to it.
public struct MulticastGroup: Sendable, Hashable {
    /// 224.0.0.0 to 239.255.255.255.
    public let address: String
    /// The port that its members listen on.
    public let port: Int
    /// Routers that what is sent may pass.
    public let hops: UInt8

    /// A group.
    public init(address: String, port: Int, hops: UInt8) {
        self.address = address
        self.port = port
        self.hops = hops
    }

    /// Where to send what all members are to hear.
    ///
    /// - Throws: NIO's error when ``address`` is none.
    public var destination: SocketAddress {
        get throws { try SocketAddress(ipAddress: address, port: port) }
    }

    /// Opens a socket that hears what comes to the group by one interface, and speaks to it there. Several programs of a
    /// host can have one each, and all hear everything.
    ///
    /// - Throws: NIO's error; nothing is open then.
    public func member(
        on interface: MulticastInterface, loop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        // Bound to the group's address, a socket gets nothing but the group's datagrams.
        let channel = try await bootstrap(loop, initializer)
            .channelOption(.socketOption(Self.shared), value: 1)
            .bind(to: destination).get()
        do {
            #if canImport(Glibc)
                // Else Linux gives it also what came by interfaces that others have joined.
                try await option(channel, NIOBSDSocket.Option(rawValue: 49), CInt(0))  // IP_MULTICAST_ALL
            #endif
            try await option(
                channel, .ip_add_membership,
                Membership(group: inet_addr(address), interface: inet_addr(interface.address)))
            try await speak(channel, by: interface)
        } catch {
            try? await channel.close()  // what went wrong first is what counts
            throw error
        }
        return channel
    }

    /// Opens a socket with a port of its own, which speaks to the group by one interface and takes what is answered.
    ///
    /// - Throws: NIO's error; nothing is open then.
    public func speaker(
        on interface: MulticastInterface, loop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        let own = try SocketAddress(ipAddress: interface.address, port: 0)
        let channel = try await bootstrap(loop, initializer).bind(to: own).get()
        do { try await speak(channel, by: interface) } catch {
            try? await channel.close()  // as above
            throw error
        }
        return channel
    }

    private func bootstrap(
        _ loop: any EventLoop, _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> DatagramBootstrap {
        DatagramBootstrap(group: loop).channelInitializer(initializer)
    }

    private func speak(_ channel: any Channel, by interface: MulticastInterface) async throws {
        try await option(channel, .ip_multicast_if, inet_addr(interface.address))
        try await option(channel, .ip_multicast_ttl, CUnsignedChar(hops))
        try await option(channel, .ip_multicast_loop, CUnsignedChar(1))  // members on this host hear it too
    }

    private func option(
        _ channel: any Channel, _ name: NIOBSDSocket.Option, _ value: some Sendable
    ) async throws {
        guard let options = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        try await options.unsafeSetSocketOption(level: .ip, name: name, value: value)
            .get()
    }

    /// What lets several sockets have the group's port. Linux would give a datagram to only one of those that share a port
    /// by SO_REUSEPORT, whichever network it came by.
    private static var shared: NIOBSDSocket.Option {
        #if canImport(Glibc)
            .so_reuseaddr
        #else
            NIOBSDSocket.Option(rawValue: SO_REUSEPORT)
        #endif
    }

    /// The bytes of the system's `ip_mreq`: two addresses in network order.
    private struct Membership {
        let group: in_addr_t
        let interface: in_addr_t
    }
}
