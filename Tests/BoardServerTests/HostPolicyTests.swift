import BoardServer
import Testing

/// Which names are this server's, and which pages may post to it.
struct HostPolicyTests {
    private let policy = HostPolicy(names: ["board.example", "0.0.0.0", "Upper.Example"])

    @Test(arguments: [
        "127.0.0.1", "127.0.0.1:7780", "192.0.2.7:80", "[::1]", "[::1]:7780", "[2001:db8::1]:7780", "localhost",
        "LOCALHOST:7780", "app.localhost", "board.example", "Board.Example.:7780", "upper.example", "0.0.0.0:7780",
    ])
    func `addresses, localhost and the names it was told are this server`(host: String) {
        #expect(policy.refusal(hosts: [host], origins: [], requiresHost: true) == nil)
    }

    @Test(arguments: [
        "evil.example", "evil.example:7780", "board.example.evil.example", "xboard.example", "localhost.evil.example",
        "notlocalhost", "127.0.0.1.evil.example", "[::1].evil.example", "1.2.3", "board",
    ])
    func `every other name is foreign`(host: String) {
        let refusal = policy.refusal(hosts: [host], origins: [], requiresHost: true)
        #expect(refusal == .foreignHost || refusal == .unreadable)
    }

    @Test(arguments: [[], ["127.0.0.1", "127.0.0.1"], [""], [":7780"], ["127.0.0.1:x"], ["[::1"], ["[::1]x"]])
    func `no host, several, or none that can be read`(hosts: [String]) {
        #expect(policy.refusal(hosts: hosts, origins: [], requiresHost: true) == .unreadable)
    }

    @Test func `HTTP 1 point 0 may leave it out`() {
        #expect(policy.refusal(hosts: [], origins: [], requiresHost: false) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:7780", "http://127.0.0.1:7780", true), ("board.example", "https://Board.Example", true),
        ("127.0.0.1:7780", "http://127.0.0.1:8080", false), ("127.0.0.1:7780", "http://localhost:7780", false),
        ("127.0.0.1:7780", "http://evil.example", false), ("127.0.0.1:7780", "null", false),
        ("127.0.0.1:7780", "", false), ("127.0.0.1:7780", "file://", false),
        ("127.0.0.1:7780", "http://127.0.0.1:7780.evil.example", false),
    ])
    func `a page posts to where it came from, and nowhere else`(host: String, origin: String, isServed: Bool) {
        let refusal = policy.refusal(hosts: [host], origins: [origin], requiresHost: true)
        #expect(refusal == (isServed ? nil : .foreignOrigin))
    }

    @Test func `one foreign origin among several is enough, and so is one without a host`() {
        let origins = ["http://localhost", "http://evil.example"]
        #expect(policy.refusal(hosts: ["localhost"], origins: origins, requiresHost: true) == .foreignOrigin)
        #expect(policy.refusal(hosts: [], origins: ["http://localhost"], requiresHost: false) == .foreignOrigin)
    }
}
