import BoardWire
import Testing

/// A table of sessions with its clients: what is sent to it, when, from where.
private struct Scene: ~Copyable {
    var table: SessionTable
    var now = Duration.zero
    private var nextID: SessionID = 1

    init(_ limits: SessionLimits = SessionLimits()) {
        table = SessionTable(limits: limits)
    }

    /// The answer to a datagram, as text; `nil` when there is none to send now.
    mutating func ask(_ datagram: String, from port: UInt16 = 1, of host: UInt64 = 1) -> String? {
        nextID += 1
        let place = SessionPlace(address: SessionPlace.Address(high: 0, low: host), port: port)
        let reaction = table.receive(Array(datagram.utf8), from: place, now: now, fresh: nextID)
        guard case .answer(let answer, _) = reaction else { return nil }
        var bytes: [UInt8] = []
        answer.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A new session's number.
    mutating func open(from port: UInt16 = 1, of host: UInt64 = 1) -> SessionID? {
        ask("a?0", from: port, of: host).flatMap { $0.hasPrefix("0?") ? SessionID($0.dropFirst(2)) : nil }
    }

    /// The request that a close makes whole.
    mutating func close(_ id: SessionID) -> String? {
        let place = SessionPlace(address: SessionPlace.Address(high: 0, low: 1), port: 1)
        let reaction = table.receive(Array("c?\(id)".utf8), from: place, now: now, fresh: 0)
        guard case .carryOut(id, let request) = reaction else { return nil }
        return String(decoding: request, as: UTF8.self)
    }
}

@Suite struct SessionTableTests {
    @Test func `while a request is carried out nothing is answered to its close, and the answer is not ready`() {
        var scene = Scene()
        let id = scene.open()!
        #expect(scene.ask("b?\(id)?0?1?3?1:x") == "0?1")
        #expect(scene.close(id) == "1:x")
        #expect(scene.ask("c?\(id)") == nil)
        #expect(scene.ask("d?\(id)?0") == "y")
        #expect(scene.ask("b?\(id)?0?1?3?1:x") == "0?1")
        let answer = scene.table.finish(id, taken: true)
        #expect(answer == .closed(taken: true))
        #expect(scene.ask("c?\(id)") == "0?1")
    }

    @Test func `a session is forgotten when it was idle for its time, and not before`() {
        var scene = Scene()
        let id = scene.open()!
        scene.now = .seconds(59)
        scene.table.expire(now: scene.now)
        #expect(scene.ask("b?\(id)?0?2?1?x") == "0?1")
        scene.now = .seconds(118)
        scene.table.expire(now: scene.now)
        #expect(scene.ask("b?\(id)?1?2?1?y") == "0?2")
        scene.now = .seconds(178)
        scene.table.expire(now: scene.now)
        #expect(scene.ask("b?\(id)?1?2?1?y") == "z")
        let ended = scene.table.takeEnded()
        #expect(ended == [id])
        let (count, memory) = (scene.table.count, scene.table.memory)
        #expect(count == 0 && memory == 0)
    }

    @Test func `a session whose request is carried out is not forgotten`() {
        var scene = Scene()
        let id = scene.open()!
        _ = scene.ask("b?\(id)?0?1?1?x")
        _ = scene.close(id)
        scene.now = .seconds(1_000)
        scene.table.expire(now: scene.now)
        let answer = scene.table.finish(id, taken: false)
        #expect(answer == .closed(taken: false))
    }

    @Test func `at the bound of a place the one idle for the longest gives way, and an active one does not`() {
        var limits = SessionLimits()
        limits.sessionsOfPlace = 2
        var scene = Scene(limits)
        let first = scene.open()!
        let second = scene.open()!
        #expect(scene.ask("a?0") == "z")
        scene.now = .seconds(9)
        #expect(scene.ask("b?\(first)?0?2?1?x") == "0?1")
        scene.now = .seconds(11)
        #expect(scene.open() != nil)
        #expect(scene.ask("c?\(second)") == "0?0")
        #expect(scene.ask("b?\(second)?0?1?1?x") == "z")
        #expect(scene.ask("b?\(first)?1?2?1?x") == "0?2")
    }

    @Test func `at the bound of all the one idle for the longest gives way, whoever it is of`() {
        var limits = SessionLimits()
        limits.sessions = 3
        var scene = Scene(limits)
        let ids = (1...3).map { scene.open(from: UInt16($0), of: UInt64($0))! }
        #expect(scene.ask("a?0", from: 9, of: 9) == "z")
        scene.now = .seconds(8)
        #expect(scene.ask("b?\(ids[0])?0?2?1?x", from: 1, of: 1) == "0?1")
        scene.now = .seconds(12)
        #expect(scene.open(from: 9, of: 9) != nil)
        #expect(scene.ask("b?\(ids[1])?0?2?1?x", from: 2, of: 2) == "z")
        #expect(scene.ask("b?\(ids[0])?1?2?1?x", from: 1, of: 1) == "0?2")
        let count = scene.table.count
        #expect(count == 3)
    }

    @Test func `one address cannot have more than its share from many ports`() {
        var limits = SessionLimits()
        limits.sessionsOfAddress = 5
        var scene = Scene(limits)
        let opened = (1...20).filter { scene.open(from: UInt16($0)) != nil }
        #expect(opened.count == 5)
        #expect(scene.open(from: 1, of: 2) != nil)
    }

    @Test func `blocks over a request's bytes are refused, and what is held stays`() {
        var limits = SessionLimits()
        limits.requestBytes = 10
        var scene = Scene(limits)
        let id = scene.open()!
        #expect(scene.ask("b?\(id)?0?3?5?12345") == "0?1")
        #expect(scene.ask("b?\(id)?1?3?6?123456") == "z")
        #expect(scene.ask("b?\(id)?1?3?5?12345") == "0?2")
    }

    @Test func `memory is bounded for all sessions, a far block's empty places included, and comes back`() {
        var limits = SessionLimits()
        limits.heldBytes = 100_000
        var scene = Scene(limits)
        let (one, two) = (scene.open()!, scene.open()!)
        #expect(scene.ask("b?\(one)?200000?200001?1?x") == "z")
        #expect(scene.ask("b?\(one)?2000?2001?1?x") == "0?1")
        #expect(scene.ask("b?\(two)?2000?2001?1?x") == "z")
        #expect(scene.ask("e?\(one)") == "0?0")
        let memory = scene.table.memory
        #expect(memory == 0)
        #expect(scene.ask("b?\(two)?2000?2001?1?x") == "0?1")
    }

    @Test func `more blocks than allowed are refused`() {
        var limits = SessionLimits()
        limits.blocks = 4
        var scene = Scene(limits)
        let id = scene.open()!
        #expect(scene.ask("b?\(id)?0?5?1?x") == "z")
        #expect(scene.ask("b?\(id)?0?4?1?x") == "0?1")
    }
}
