import BoardWire
import MessageBoard
package import NIOCore

extension Origin {
    /// Where a datagram or a connection came from; an IPv4 address in IPv6 form is written as IPv4.
    init?(_ address: SocketAddress, road: Road) {
        guard var text = address.ipAddress, let port = address.port else { return nil }
        if text.hasPrefix("::ffff:"), text.utf8.contains(UInt8(ascii: ".")) { text.removeFirst(7) }
        self.init(address: text, port: UInt16(port), road: road)
    }
}

/// What a road has to know of a client's address.
extension SocketAddress {
    /// The network it is in, as a number: the first 24 bits of an IPv4 address, the first 64 of an IPv6 one.
    package var prefix: UInt64 {
        withNetworkBytes { bytes in
            bytes.prefix(bytes.count == 4 ? 3 : 8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// This one client, as a number; others may share it.
    package var place: UInt64 {
        withNetworkBytes { bytes in
            bytes.reduce(UInt64(port ?? 0)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }  // FNV-1a
        }
    }

    /// Who owns the sessions that are opened from there; an IPv4 address as RFC 4291, section 2.5.5.2, maps it.
    var sessionPlace: SessionPlace {
        withNetworkBytes { bytes in
            let mapped: [UInt8] = bytes.count == 4 ? Array(repeating: 0, count: 10) + [0xFF, 0xFF] : []
            let words = (mapped + bytes).reduce(into: (high: UInt64(0), low: UInt64(0))) { words, byte in
                words.high = words.high << 8 | words.low >> 56
                words.low = words.low << 8 | UInt64(byte)
            }
            return SessionPlace(
                address: SessionPlace.Address(high: words.high, low: words.low),
                port: UInt16(truncatingIfNeeded: port ?? 0))
        }
    }

    /// Whether only this host can reach it.
    package var isLoopback: Bool {
        withNetworkBytes { bytes in
            bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        }
    }

    /// Whether no single host can have sent from it, or only one that answers whatever it gets: multicast, broadcast
    /// and unspecified addresses, and the ports of services that reply to strangers, whose replies would come back here
    /// for ever.
    package var cannotBeAClient: Bool {
        guard let port, !Self.responderPorts.contains(port) else { return true }
        return withNetworkBytes { bytes in
            let isMulticast = bytes.count == 4 ? bytes[0] >> 4 == 0xE : bytes.first == 0xFF
            return isMulticast || bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF }
        }
    }

    /// echo, quote of the day, character generator, DNS, NTP, SNMP, CLDAP, SSDP, memcached, and the reserved 0.
    private static let responderPorts: Set<Int> = [0, 7, 17, 19, 53, 123, 161, 389, 1_900, 11_211]

    /// The address in network order: 4 bytes, or 16, or none.
    private func withNetworkBytes<Result>(_ body: (Slice<UnsafeRawBufferPointer>) -> Result) -> Result {
        func rebased(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Result {
            body(UnsafeRawBufferPointer(rebasing: bytes[range])[...])
        }
        return switch self {
        case .v4(let address): withUnsafeBytes(of: address.address) { rebased($0, 4..<8) }  // sin_addr
        case .v6(let address): withUnsafeBytes(of: address.address) { rebased($0, 8..<24) }  // sin6_addr
        case .unixDomainSocket: body(UnsafeRawBufferPointer(start: nil, count: 0)[...])
        }
    }
}
