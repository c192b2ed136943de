import Foundation
import Lab
import NIOCore
import Testing

/// What is drawn and computed before a run.
struct LoadTests {
    private func load(_ clients: Int, seed: UInt64 = 1) -> Load {
        var load = Load(clients: clients, timeout: 15, visit: .stay(seconds: 5))
        load.seed = seed
        return load
    }

    @Test func `all come at once, in the order of their names`() {
        let arrivals = load(3).arrivalsInOrder
        #expect(arrivals.map(\.name) == ["Client-1", "Client-2", "Client-3"])
        #expect(arrivals.allSatisfy { $0.time == 0 && $0.kind == .client })
    }

    @Test func `a seed repeats the arrivals of a Poisson process, another makes others`() {
        var load = load(2_000, seed: 7)
        load.arrivals = .poisson(perSecond: 50)
        let times = load.arrivalsInOrder.map(\.time)
        #expect(times == load.arrivalsInOrder.map(\.time))
        #expect(times == times.sorted())
        // 2,000 gaps of 1/50 s: the mean is off by 10 % in one run of 100,000, and this seed is no such run.
        #expect(abs((times.last ?? 0) - 40) < 4)
        load.seed = 8
        #expect(times != load.arrivalsInOrder.map(\.time))
    }

    @Test func `misfits come among the others, at places that the seed repeats`() {
        var load = load(20, seed: 3)
        load.misfits.slow = 2
        load.misfits.halfOpen = 3
        load.misfits.vanishing = 4
        let arrivals = load.arrivalsInOrder
        #expect(arrivals == load.arrivalsInOrder)
        #expect(arrivals.count == 29)
        #expect(arrivals.map(\.number) == Array(0..<29))
        #expect(arrivals.count { $0.kind == .client } == 20)
        #expect(arrivals.count { $0.kind == .misfit(.slow) } == 2)
        #expect(arrivals.count { $0.kind == .misfit(.halfOpen) } == 3)
        #expect(arrivals.last { $0.kind == .misfit(.vanishing) }?.name == "Vanishing-4")
        #expect(arrivals.prefix(20).contains { $0.kind != .client })
    }

    @Test func `a scaled load is the same in another time`() {
        var load = load(5)
        load.arrivals = .poisson(perSecond: 4)
        let scaled = load.scaled(by: 0.5)
        #expect(scaled.timeout == 7.5)
        #expect(scaled.visit == .stay(seconds: 2.5))
        #expect(scaled.arrivals == .poisson(perSecond: 8))
        #expect(scaled.clients == 5)
    }

    @Test(arguments: [(15, 15.5), (0.3, 0.35), (0.06, 0.07)])
    func `who waits leaves a sixth after its time-out, and no more than the limit`(
        _ timeout: Double, _ patience: Double
    ) {
        let load = Load(clients: 5, timeout: timeout, visit: .stay(seconds: timeout / 3))
        #expect(abs(load.patience - patience) < 1e-9)
    }

    @Test(arguments: [Load.Visit.stay(seconds: 2.5), .requests(7)])
    func `a load survives JSON`(_ visit: Load.Visit) throws {
        var load = Load(clients: 5, timeout: 1, visit: visit)
        load.arrivals = .poisson(perSecond: 3)
        let data = try JSONEncoder().encode(load)
        #expect(try JSONDecoder().decode(Load.self, from: data) == load)
    }

    // MARK: Requests

    @Test func `requests of echo-after are different UUIDs, and their own answers`() {
        let exchanges = ServiceName.echoAfter(0).exchanges(seed: 1)
        let texts = exchanges.map { String(buffer: $0.request) }
        #expect(Set(texts).count == texts.count)
        #expect(texts.allSatisfy { UUID(uuidString: $0) != nil && $0.utf8.count == 36 })
        #expect(exchanges.allSatisfy { $0.answer == Array(String(buffer: $0.request).utf8) })
        #expect(texts != ServiceName.echoAfter(0).exchanges(seed: 2).map { String(buffer: $0.request) })
        #expect(texts == ServiceName.echoAfter(0).exchanges(seed: 1).map { String(buffer: $0.request) })
    }

    @Test func `an answer may come in pieces, and has to be right to its last byte`() {
        let exchange = ServiceName.echoAfter(0).exchanges(seed: 1)[0]
        func compare(_ pieces: [[UInt8]]) -> Exchange.Verdict? {
            var offset = 0
            return pieces.map { $0.withUnsafeBytes { exchange.compare($0, offset: &offset) } }.last
        }
        let right = exchange.answer
        #expect(compare([right]) == .whole)
        #expect(compare([Array(right[..<35])]) == .part)
        #expect(compare([Array(right[..<35]), [right[35]]]) == .whole)
        #expect(compare([Array(right[..<35]), [right[35] ^ 1]]) == .wrong)
        #expect(compare([right + [10]]) == .wrong)
        #expect(compare([Array("error: this request was not handled ".utf8)]) == .failed)
        #expect(compare([Array(right[..<1]), Array("error: ".utf8)]) == .wrong)
    }
}
