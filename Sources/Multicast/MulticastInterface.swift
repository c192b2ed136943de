import NIOCore

/// A network that this host is on, as a way in and out for IPv4 multicast.
public struct MulticastInterface: Sendable, Hashable {
    /// The device, `eth0`.
    public let name: String
    /// Its first IPv4 address, by which multicast is sent and joined.
    public let address: String
    /// All its addresses, IPv6 ones too.
    public let addresses: Set<String>
    /// Whether it leads to this host alone.
    public let isLoopback: Bool

    /// Most interfaces that are used; further ones are passed over.
    public static let maximum = 16

    package init(name: String, address: String, addresses: Set<String>, isLoopback: Bool) {
        self.name = name
        self.address = address
        self.addresses = addresses
        self.isLoopback = isLoopback
    }

    /// The loopback interface, which every host has.
    public static let loopback = MulticastInterface(
        name: "lo", address: "127.0.0.1", addresses: ["127.0.0.1", "::1"], isLoopback: true)

    /// The interfaces that are up: loopback first, then those that have an IPv4 address and can multicast.
    ///
    /// - Throws: the system's error when it does not tell.
    public static func all() throws -> [MulticastInterface] {
        var names: [String] = []
        var first: [String: String] = [:]
        var addresses: [String: Set<String>] = [:]
        // The loopback device has no multicast flag on Linux, and carries it nevertheless.
        for device in try System.enumerateDevices() where device.multicastSupported {
            guard let address = device.address, let text = address.ipAddress else { continue }
            addresses[device.name, default: []].insert(text)
            if case .v4 = address, !text.hasPrefix("127."), first[device.name] == nil {
                first[device.name] = text
                names.append(device.name)
            }
        }
        let others = names.map {
            MulticastInterface(
                name: $0, address: first[$0] ?? "", addresses: addresses[$0] ?? [], isLoopback: false)
        }
        return Array(([loopback] + others).prefix(maximum))
    }
}
