import BoardWire
import Testing
import SeededRandom

/// Whole sessions on a simulated network; a failure names the seed that repeats it.
struct SessionNetworkTests {
    private func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// Without all the bytes in the report when it fails.
    private func isSame(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool { left == right }

    private static let bad = Conditions(
        delay: .milliseconds(25), jitter: .milliseconds(15), loss: 0.1, duplicate: 0.05, reorder: 0.05, truncate: 0.02,
        corrupt: 0.02)

    @Test(arguments: [0, 1, 1_143, 1_144, 1_145, 100_000])
    func `on a good network each block goes once`(size: Int) {
        let request = bytes(size, seed: 1)
        let server = ReferenceSessionServer(seed: 1) { $0 }
        let client = SimulatedClient(request)
        SimulatedNetwork(Conditions(), seed: 1, clients: [client], server: server).run(until: .seconds(60))
        #expect(isSame(server.taken, [request]))
        #expect(isSame([client.received], [request]))
        #expect(client.failure == nil && client.finishedAt != nil)
        #expect(client.blocksSent == max(1, (size + 1_143) / 1_144))
        #expect(server.openSessions == 0)
        #expect(client.progress.sent == size && client.progress.fetched == size)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `on a bad network what arrives is what was sent`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let request = bytes(.random(in: 0...80_000, using: &random), seed: seed)
        let server = ReferenceSessionServer(seed: seed) { $0 + $0 }
        server.answerBlock = [100, 1_100, 20_000].randomElement(using: &random) ?? 1
        let client = SimulatedClient(request, datagram: [200, 1_200, 16_000].randomElement(using: &random) ?? 200)
        SimulatedNetwork(Self.bad, seed: seed, clients: [client], server: server).run(until: .seconds(3_600))
        #expect(client.finishedAt != nil, "seed \(seed)")
        #expect(server.taken.allSatisfy { $0 == request }, "seed \(seed): another request was taken")
        if client.failure == nil {
            #expect(isSame([client.received], [request + request]), "seed \(seed)")
            #expect(!server.taken.isEmpty, "seed \(seed)")
        }
    }

    @Test func `on a bad network most sessions work`() {
        let failures = (1...60 as ClosedRange<UInt64>).filter { seed in
            let client = SimulatedClient(bytes(20_000, seed: seed))
            let server = ReferenceSessionServer(seed: seed)
            SimulatedNetwork(Self.bad, seed: seed, clients: [client], server: server).run(until: .seconds(3_600))
            return client.failure != nil
        }
        #expect(failures.isEmpty, "seeds \(failures)")
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a server that knows no checks is served block by block`(seed: UInt64) {
        let request = bytes(10_000, seed: seed)
        let server = ReferenceSessionServer(seed: seed)
        server.knowsChecks = false
        let client = SimulatedClient(request)
        let conditions = Conditions(jitter: .milliseconds(5), loss: 0.1, duplicate: 0.05)
        SimulatedNetwork(conditions, seed: seed, clients: [client], server: server).run(until: .seconds(600))
        #expect(isSame([server.taken.first ?? []], [request]), "seed \(seed)")
        #expect(client.received == Array("0:1".utf8), "seed \(seed): \(String(describing: client.failure))")
    }

    @Test func `a server that was started anew gets everything once more`() {
        let request = bytes(50_000, seed: 3)
        let server = ReferenceSessionServer(seed: 3)
        server.forgetsAfter = 20
        server.refusals = 2
        server.unready = 3
        let client = SimulatedClient(request)
        SimulatedNetwork(Conditions(), seed: 3, clients: [client], server: server).run(until: .seconds(60))
        #expect(isSame(server.taken, [request]))
        #expect(client.received == Array("0:1".utf8))
    }

    @Test func `nobody there is said when the patience is over`() {
        let client = SimulatedClient([1], silence: .seconds(5))
        let server = ReferenceSessionServer(seed: 1)
        SimulatedNetwork(Conditions(loss: 1), seed: 1, clients: [client], server: server).run(until: .seconds(60))
        #expect(client.failure == .silence(after: .seconds(5), refused: false))
        #expect(client.finishedAt == .seconds(5))
    }

    @Test(arguments: [10, 20])
    func `at 1 % loss it is twenty times as fast as one block at a time`(delay: Int) throws {
        let conditions = Conditions(delay: .milliseconds(delay), loss: 0.01)
        let seed: UInt64 = 5
        let old = OldClient(bytes(12_000_000, seed: seed), blockBytes: 60_000)
        SimulatedNetwork(conditions, seed: seed, clients: [old], server: ReferenceSessionServer(seed: seed))
            .run(until: .seconds(3_600))
        let ours = SimulatedClient(bytes(32_000_000, seed: seed), datagram: 32_768)
        SimulatedNetwork(conditions, seed: seed, clients: [ours], server: ReferenceSessionServer(seed: seed))
            .run(until: .seconds(3_600))
        let oldRate = 12_000_000 / (try #require(old.finishedAt) / .seconds(1))
        let ourRate = 32_000_000 / (try #require(ours.finishedAt) / .seconds(1))
        #expect(ourRate / oldRate >= 20, "seed \(seed)")
    }

    @Test(arguments: [5_000.0, 20_000, 60_000, 200_000], 1...3 as ClosedRange<UInt64>)
    func `two sessions share a bottleneck`(queueBytes: Double, seed: UInt64) {
        let conditions = Conditions(
            jitter: .milliseconds(1), bytesPerSecond: 2_000_000, queueBytes: queueBytes)
        let clients = (0..<2).map { _ in SimulatedClient(bytes(30_000_000, seed: seed)) }
        let network = SimulatedNetwork(
            conditions, seed: seed, clients: clients, server: ReferenceSessionServer(seed: seed))
        network.run(until: .seconds(12))
        let sent = clients.map { Double($0.progress.sent) }
        let share = sent[0] / (sent[0] + sent[1])
        #expect((1.0 / 3...2.0 / 3).contains(share), "seed \(seed): \(sent)")
        #expect(sent[0] + sent[1] > 0.85 * 12 * 2_000_000, "seed \(seed): the bottleneck is used")
    }

    @Test func `a window makes room when there is none: little is sent in vain`() {
        let conditions = Conditions(bytesPerSecond: 1_000_000, queueBytes: 30_000)
        let client = SimulatedClient(bytes(10_000_000, seed: 1))
        let network = SimulatedNetwork(
            conditions, seed: 1, clients: [client], server: ReferenceSessionServer(seed: 1))
        network.run(until: .seconds(60))
        #expect(client.finishedAt != nil)
        #expect(Double(client.blocksSent) < 1.1 * 10_000_000 / 1_144)
    }
}
