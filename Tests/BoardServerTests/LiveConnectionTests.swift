import BoardServer
import BoardWire
import MessageBoard
import Testing

/// The state of a live connection as a table of events: what happens, and what has to be done then.
struct LiveConnectionTests {
    private typealias Action = LiveConnection.Action

    /// Something that happens to a connection.
    private enum Event {
        case request(LiveRequest)
        case unreadable
        /// The hub has fed messages up to this number, and tells the connection of it.
        case fed(MessageID)
        case located(after: MessageID, through: MessageID)
        /// A page was read, up to this number or empty, and sent.
        case page(MessageID?)
        case published([MessageID])
        /// The hub has fed messages up to this number, which the connection could not take.
        case missed(MessageID)
    }

    /// A connection, and the hub's place.
    private struct Bench: ~Copyable {
        var connection: LiveConnection
        var fed: MessageID = 0

        init(limits: ServerLimits = ServerLimits()) {
            connection = LiveConnection(
                from: Origin(address: "192.0.2.1", port: 1, road: .live), limits: limits)
        }

        /// What has to be done after an event, in words.
        mutating func after(_ event: Event) -> [String] {
            var done: [String] = []
            let before = fed
            switch event {
            case .request(let request): connection.receive(request)
            case .unreadable: connection.refuse(with: .unreadable)
            case .fed(let id):
                fed = id
                if connection.isCurrent { done.append("takes what was encoded after \(before)") }
                if connection.delivery == .notify { connection.hear(of: id) }
            case .located(let after, let through):
                let range = MessageRange(board: .public, after: after, through: through)
                if let answer = connection.located(range) { done.append(Self.text(answer)) }
            case .page(let newest):
                if connection.pageRead(newest) { done.append("end of the fetch") }
                connection.pageSent()
            case .published(let ids):
                let results = ids.map { id in
                    Result<Publication, BoardError>.success(
                        Publication(id: id, time: Timestamp(microseconds: 0), isRepeat: false))
                }
                done += connection.published(results[...]).map(Self.text)
            case .missed(let id):
                fed = id
                connection.leaveCurrent(given: before)
            }
            while let action = connection.next(fed: fed) { done.append(Self.text(action)) }
            return done
        }

        private static func text(_ answer: LiveAnswer) -> String {
            String(decoding: answer.encoded().dropLast(), as: UTF8.self)
        }

        private static func text(_ action: Action) -> String {
            switch action {
            case .send(let answer): text(answer)
            case .publish(let drafts):
                "publish "
                    + drafts.map { "\(String(decoding: $0.body, as: UTF8.self))@\($0.board)" }.joined(separator: ",")
            case .locate(let count): "locate \(count.map(String.init) ?? "all")"
            case .read(let range): "read \(range.boards) \(range.after)-\(range.through)"
            case .changeFeed: "change feed"
            case .listBoards: "list boards"
            }
        }
    }

    private static func publish(_ text: String, _ name: UInt64? = nil) -> Event {
        let body = Array(text.utf8)
        return .request(name.map { .publishNamed($0, body: body) } ?? .publish(body: body))
    }

    private static let fetch = Event.request(.fetch)
    private static let push = Event.request(.delivery(.push))

    private static let table: [(String, [(Event, [String])])] = [
        (
            "news is told once until the client fetches",
            [
                (.fed(1), ["7:"]), (.fed(2), []), (fetch, ["locate all"]),
                (.located(after: 0, through: 2), ["read public 0-2"]), (.page(2), ["end of the fetch"]),
                (.fed(3), ["7:"]),
            ]
        ),
        (
            "what was fetched before the hub fed it is no news",
            [
                (fetch, ["locate all"]), (.located(after: 0, through: 5), ["read public 0-5"]),
                (.page(5), ["end of the fetch"]), (.fed(4), []), (.fed(5), []), (.fed(6), ["7:"]),
            ]
        ),
        (
            "news that comes during a fetch is told after it",
            [
                (fetch, ["locate all"]), (.located(after: 0, through: 2), ["read public 0-2"]), (.fed(3), []),
                (.page(1), ["read public 1-2"]), (.page(2), ["end of the fetch", "7:"]),
            ]
        ),
        (
            "an empty fetch ends too",
            [
                (fetch, ["locate all"]), (.located(after: 0, through: 0), ["read public 0-0"]),
                (.page(nil), ["end of the fetch"]),
            ]
        ),
        (
            "a second fetch gives only what came since",
            [
                (fetch, ["locate all"]), (.located(after: 0, through: 2), ["read public 0-2"]),
                (.page(2), ["end of the fetch"]), (fetch, ["locate all"]),
                (.located(after: 0, through: 4), ["read public 2-4"]), (.page(4), ["end of the fetch"]),
            ]
        ),
        (
            "push catches up by pages, then takes what is fed",
            [
                (.fed(5), ["7:"]), (push, ["change feed", "read public 0-5"]), (.page(3), ["read public 3-5"]),
                (.fed(6), []),
                (.page(5), ["read public 5-6"]), (.page(6), []), (.fed(7), ["takes what was encoded after 6"]),
            ]
        ),
        (
            "who cannot take what is fed reads it later, from there",
            [
                (push, ["change feed"]), (.fed(1), ["takes what was encoded after 0"]),
                (.missed(2), ["read public 1-2"]), (.page(2), []),
                (.fed(3), ["takes what was encoded after 2"]),
            ]
        ),
        (
            "going back to notify keeps what was given",
            [
                (push, ["change feed"]), (.fed(4), ["takes what was encoded after 0"]),
                (.request(.delivery(.notify)), ["change feed"]), (fetch, ["locate all"]),
                (.located(after: 0, through: 6), ["read public 4-6"]),
            ]
        ),
        (
            "resuming goes on after the number, or after the newest when it is past that",
            [
                (.request(.resume(after: 3)), ["locate 0"]), (.located(after: 9, through: 9), ["0:"]),
                (fetch, ["locate all"]), (.located(after: 0, through: 9), ["read public 3-9"]),
                (.page(9), ["end of the fetch"]), (.request(.resume(after: 50)), ["locate 0"]),
                (.located(after: 9, through: 9), ["0:"]), (fetch, ["locate all"]),
                (.located(after: 0, through: 10), ["read public 9-10"]),
            ]
        ),
        (
            "all but the newest count as given",
            [
                (.request(.resumeAtLast(count: 2)), ["locate 2"]), (.located(after: 7, through: 9), ["0:"]),
                (fetch, ["locate all"]), (.located(after: 0, through: 9), ["read public 7-9"]),
            ]
        ),
        (
            "other boards begin at their start, and those it comes back to where they were left",
            [
                (fetch, ["locate all"]), (.located(after: 0, through: 2), ["read public 0-2"]),
                (.page(2), ["end of the fetch"]), (.request(.boards(BoardPattern("n.*")!)), ["change feed"]),
                (fetch, ["locate all"]), (.located(after: 0, through: 3), ["read n.* 0-3"]),
                (.page(3), ["end of the fetch"]), (.request(.boards(BoardPattern(.public))), ["change feed"]),
                (fetch, ["locate all"]), (.located(after: 0, through: 2), ["read public 2-2"]),
            ]
        ),
        (
            "publishes that wait are published together, in order with everything else",
            [
                (publish("a"), ["publish a@public"]), (publish("b", 7), []), (publish("c"), []), (fetch, []),
                (.unreadable, []), (.published([1]), ["0:", "publish b@public,c@public"]),
                (.published([2, 3]), ["8:7:2", "0:", "locate all"]),
                (.located(after: 0, through: 3), ["read public 0-3"]), (.page(3), ["end of the fetch", "2:"]),
            ]
        ),
        (
            "its own message is news after its answer",
            [(publish("a"), ["publish a@public"]), (.fed(1), []), (.published([1]), ["0:", "7:"])]
        ),
        (
            "a publish goes to the board of the connection, and to the public one from a pattern",
            [
                (.request(.boards(BoardPattern("notes")!)), ["change feed"]), (publish("a"), ["publish a@notes"]),
                (.published([1]), ["0:"]), (.request(.boards(.all)), ["change feed"]),
                (publish("b"), ["publish b@public"]),
            ]
        ),
        ("boards are listed in their turn", [(.request(.listBoards), ["list boards"])]),
    ]

    @Test(arguments: table.map(\.0))
    func `what has to be done`(when promise: String) throws {
        let steps = try #require(Self.table.first { $0.0 == promise }).1
        var bench = Bench()
        for (number, step) in steps.enumerated() {
            #expect(bench.after(step.0) == step.1, "step \(number): \(step.0)")
        }
    }

    @Test func `as many boards and patterns as the limit may be had, and not one more`() {
        var limits = ServerLimits()
        limits.livePatterns = 3
        var bench = Bench(limits: limits)
        func to(_ text: String) -> Event { .request(.boards(BoardPattern(text)!)) }
        #expect(bench.after(to("a")) == ["change feed"])
        #expect(bench.after(to("b*")) == ["change feed"])
        #expect(bench.after(to("c")) == ["2:"])
        #expect(bench.connection.boards == BoardPattern("b*"))
        #expect(bench.after(to("public")) == ["change feed"])
        #expect(bench.after(to("a")) == ["change feed"])
    }

    @Test func `as many requests as the limit may wait, and not one more`() {
        var limits = ServerLimits()
        limits.liveRequestsWaiting = 3
        var bench = Bench(limits: limits)
        _ = bench.after(Self.publish("in hand"))
        for _ in 0..<3 {
            #expect(bench.connection.takesMore)
            #expect(bench.after(Self.fetch) == [])
        }
        #expect(!bench.connection.takesMore)
        _ = bench.after(.published([1]))
        #expect(bench.connection.takesMore)
    }

    @Test func `bodies that wait are counted until they are published`() {
        var limits = ServerLimits()
        limits.liveBytesInHand = 10
        var bench = Bench(limits: limits)
        _ = bench.after(Self.publish("0123456789"))
        #expect(bench.connection.takesMore && bench.connection.bytesInHand == 10)
        _ = bench.after(Self.publish("x"))
        #expect(!bench.connection.takesMore)
        _ = bench.after(.published([1]))
        #expect(bench.connection.bytesInHand == 1)
        _ = bench.after(.published([2]))
        #expect(bench.connection.bytesInHand == 0 && bench.connection.isIdle)
    }

    @Test func `what could not be done is said with the request's name`() {
        var bench = Bench()
        _ = bench.after(Self.publish("a", 9))
        let error = BoardError.full(reason: "x")
        #expect(bench.connection.published([.failure(error)]) == [.failed(9, reason: error.description)])
        _ = bench.after(Self.fetch)
        #expect(bench.connection.notLocated(error) == .failed(nil, reason: error.description))
        #expect(bench.connection.isIdle)
    }

    /// Whatever happens in whatever order, each message is given once, in order, and none is left out.
    @Test(arguments: 0..<200)
    func `everything is given once and in order`(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func choose(_ count: UInt64) -> UInt64 {  // xorshift: a seed repeats a run
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state % count
        }
        var connection = LiveConnection(
            from: Origin(address: "192.0.2.1", port: 1, road: .live), limits: ServerLimits())
        var newest: MessageID = 0
        var fed: MessageID = 0
        var given: [MessageID] = []
        var reading: MessageRange?
        var isLocating = false
        for step in 0..<400 {
            let isEnding = step > 300
            switch isEnding ? 3 + choose(3) : choose(6) {
            case 0: newest += 1
            case 1: if connection.isIdle { connection.receive(.delivery(choose(3) == 0 ? .notify : .push)) }
            case 2: if connection.takesMore { connection.receive(.fetch) }
            case 3:  // the hub feeds what there is; now and then the client takes nothing
                let before = fed
                fed = newest
                if connection.isCurrent && (isEnding || choose(3) > 0) {
                    given += (before..<fed).map { $0 + 1 }
                } else {
                    connection.leaveCurrent(given: before)
                }
            case 4:
                if isLocating { _ = connection.located(MessageRange(board: .public, after: 0, through: newest)) }
                isLocating = false
            default:
                guard let range = reading else { break }
                let page = (range.after..<range.through).map { $0 + 1 }.prefix(Int(1 + choose(3)))
                given += page
                _ = connection.pageRead(page.last)
                connection.pageSent()
                reading = nil
            }
            if step == 301 { connection.receive(.delivery(.push)) }
            while let action = connection.next(fed: fed) {
                if case .read(let range) = action { reading = range }
                if case .locate = action { isLocating = true }
            }
        }
        #expect(given == Array(1...max(1, newest)), "seed \(seed)")
    }
}
