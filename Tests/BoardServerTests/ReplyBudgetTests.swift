import BoardServer
import NIOCore
import Testing

struct ReplyBudgetTests {
    private func budget() -> ReplyBudget {
        ReplyBudget(bytesPerSecond: 1_000, burst: 4_000, prefixes: 64, seed: 7)
    }

    @Test func `a prefix gets its burst and then its rate`() {
        var budget = budget()
        let burst = (0..<10).map { _ in budget.take(500, for: 1, at: .zero) }
        #expect(burst == Array(repeating: true, count: 8) + [false, false])
        let early = budget.take(500, for: 1, at: .milliseconds(499))
        let later = budget.take(500, for: 1, at: .milliseconds(500))
        let again = budget.take(1, for: 1, at: .milliseconds(500))
        #expect([early, later, again] == [false, true, false])
    }

    @Test func `it never holds more than its burst, however long nobody asks`() {
        var budget = budget()
        let whole = budget.take(4_000, for: 1, at: .seconds(3_600))
        let more = budget.take(1, for: 1, at: .seconds(3_600))
        #expect([whole, more] == [true, false])
    }

    @Test func `one prefix does not use up another's`() {
        var budget = budget()
        _ = budget.take(4_000, for: 1, at: .zero)
        let others = (2..<20).map { budget.take(100, for: $0, at: .zero) }
        #expect(others.filter { $0 }.count >= 16)
    }

    @Test func `what is given back can be taken, up to the burst`() {
        var budget = budget()
        _ = budget.take(4_000, for: 1, at: .zero)
        budget.giveBack(300, for: 1)
        let back = budget.take(300, for: 1, at: .zero)
        budget.giveBack(100_000, for: 1)
        let whole = budget.take(4_000, for: 1, at: .zero)
        let more = budget.take(1, for: 1, at: .zero)
        #expect([back, whole, more] == [true, true, false])
    }

    @Test func `a clock that goes back gives nothing and takes nothing`() {
        var budget = budget()
        _ = budget.take(4_000, for: 1, at: .seconds(10))
        let before = budget.take(1, for: 1, at: .seconds(5))
        #expect(!before)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.200", true), ("192.0.2.1", "192.0.3.1", false),
        ("2001:db8::1", "2001:db8::ffff:1", true), ("2001:db8::1", "2001:db8:0:1::1", false),
    ])
    func `prefixes are 24 bits of IPv4 and 64 of IPv6`(one: String, other: String, same: Bool) throws {
        let prefixes = try [one, other].map { try SocketAddress(ipAddress: $0, port: 5_000).prefix }
        #expect((prefixes[0] == prefixes[1]) == same)
    }

    @Test(arguments: [
        ("192.0.2.1", 5_000, false), ("192.0.2.1", 53, true), ("192.0.2.1", 0, true), ("192.0.2.1", 11_211, true),
        ("224.0.0.1", 5_000, true), ("239.1.1.1", 5_000, true), ("255.255.255.255", 5_000, true),
        ("0.0.0.0", 5_000, true),
        ("2001:db8::1", 5_000, false), ("ff02::1", 5_000, true), ("::", 5_000, true),
    ])
    func `nobody answers addresses and ports that no client has`(address: String, port: Int, refused: Bool) throws {
        #expect(try SocketAddress(ipAddress: address, port: port).cannotBeAClient == refused)
    }
}
