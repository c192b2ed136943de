import BoardWire
import Testing

/// The client's machine, event by event.
struct SessionExchangeTests {
    /// A machine, what it wants, and what it handed over.
    private final class Script {
        private var exchange: SessionExchange
        var taken: [UInt8] = []
        var outcome: String?

        init(size: Int, datagram: Int = 156, silence: Duration = .seconds(30)) {
            exchange = SessionExchange(size: size, datagram: datagram, silence: silence, now: .zero)
        }

        var progress: SessionExchange.Progress { exchange.progress }
        var isFinished: Bool { exchange.isFinished }

        /// What is sent now; a block as `b i/count offset+length`.
        func sent(at milliseconds: Int) -> [String] {
            let now = Duration.milliseconds(milliseconds)
            if exchange.deadline <= now { exchange.wake(now: now) }
            var sent: [String] = []
            while let action = exchange.next(now: now) {
                switch action {
                case .send(let bytes): sent.append(String(decoding: bytes, as: UTF8.self))
                case .sendBlock(let block):
                    var head: [UInt8] = []
                    let data = [UInt8](repeating: 0, count: block.length)
                    block.appendHead(of: data.span, to: &head)
                    let fields = String(decoding: head, as: UTF8.self).split(separator: "?")
                    sent.append("b \(fields[2])/\(fields[3]) \(block.offset)+\(block.length)")
                case .take(let bytes): taken += bytes
                case .finish: outcome = "finished"
                case .fail(let failure): outcome = "\(failure)"
                }
            }
            return sent
        }

        /// What an answer brings about.
        func answer(_ text: String, at milliseconds: Int) -> [String] {
            exchange.receive(Array(text.utf8).span, now: .milliseconds(milliseconds))
            return sent(at: milliseconds)
        }
    }

    /// A block of an answer, with its check.
    private func block(_ index: Int, of count: Int, _ text: String) -> String {
        let data = Array(text.utf8)
        var head: [UInt8] = []
        SessionBlock(index: index, count: count, length: data.count)
            .appendAnswerHead(check: SessionCheck.of(data.span), to: &head)
        return String(decoding: head + data, as: UTF8.self)
    }

    @Test func `a request goes out in blocks, and its answer comes back`() {
        let script = Script(size: 250)
        #expect(script.sent(at: 0) == ["a?1"])
        #expect(script.answer("0?77?1", at: 10) == ["b 0/3 0+100", "b 1/3 100+100", "b 2/3 200+50"])
        #expect(script.answer("0?1?2", at: 20) == [])
        #expect(script.progress.sent == 100)
        #expect(script.answer("0?2?0", at: 20) == [])
        #expect(script.answer("0?3?1", at: 21) == ["c?77"])
        #expect(script.answer("0?1", at: 30) == ["d?77?0"])
        #expect(script.answer(block(0, of: 1, "0:123"), at: 40) == ["e?77"])
        #expect(script.taken == Array("0:123".utf8))
        #expect(script.outcome == "finished")
        #expect(script.isFinished)
    }

    @Test func `an open is repeated at growing intervals until the patience is over`() {
        let script = Script(size: 1, silence: .seconds(8))
        for (time, sent) in [
            (0, ["a?1"]), (999, []), (1_000, ["a?1"]), (2_999, []), (3_000, ["a?1"]), (5_000, ["a?1"]),
            (7_999, ["a?1"]),
            (8_000, []),
        ] { #expect(script.sent(at: time) == sent, "at \(time) ms") }
        #expect(script.outcome == "\(SessionFailure.silence(after: .seconds(8), refused: false))")
    }

    @Test func `a server without room is asked again, and the end says that it refused`() {
        let script = Script(size: 1, silence: .seconds(2))
        _ = script.sent(at: 0)
        #expect(script.answer("z", at: 10) == [])
        #expect(script.sent(at: 1_000) == ["a?1"])
        _ = script.sent(at: 2_000)
        #expect(script.outcome == "\(SessionFailure.silence(after: .seconds(2), refused: true))")
    }

    @Test func `without checks one block is in flight, and a late answer confirms nothing`() {
        let script = Script(size: 250)
        _ = script.sent(at: 0)
        #expect(script.answer("0?77", at: 10) == ["b 0/3 0+100"])
        #expect(script.answer("0?1", at: 20) == ["b 1/3 100+100"])
        #expect(script.answer("0?1", at: 21) == [])
        #expect(script.answer("y", at: 22) == ["b 1/3 100+100"])
        #expect(script.answer("0?2", at: 30) == ["b 2/3 200+50"])
        #expect(script.answer("0?3", at: 40) == ["c?77"])
    }

    @Test func `a damaged block is sent again at once, also one that was confirmed before`() {
        let script = Script(size: 250)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        #expect(script.answer("y?1", at: 20) == ["b 1/3 100+100"])
        _ = script.answer("0?1?0", at: 21)
        #expect(script.answer("y?0", at: 22) == ["b 0/3 0+100"])
    }

    @Test func `a block that was overtaken is sent again after a round trip and a bit`() {
        let script = Script(size: 250)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 100)
        _ = script.answer("0?1?1", at: 200)
        #expect(script.answer("0?2?2", at: 200) == [])
        var resent: Int?
        for time in 201...400 where resent == nil { if script.sent(at: time) == ["b 0/3 0+100"] { resent = time } }
        #expect((210...350).contains(resent ?? 0))
    }

    @Test func `the answer to a repeated open is not measured`() {
        let script = Script(size: 1)
        _ = script.sent(at: 0)
        #expect(script.sent(at: 1_000) == ["a?1"])
        #expect(script.answer("0?77?1", at: 1_010) == ["b 0/1 0+1"])
        #expect(script.sent(at: 2_009) == [])
        #expect(script.sent(at: 2_010) == ["b 0/1 0+1"])
    }

    @Test func `the answer to a repeated block is not measured, and the back-off stays`() {
        let script = Script(size: 250)
        _ = script.sent(at: 0)
        #expect(script.answer("0?77", at: 10) == ["b 0/3 0+100"])
        #expect(script.sent(at: 60) == ["b 0/3 0+100"])
        #expect(script.answer("0?1", at: 62) == ["b 1/3 100+100"])
        #expect(script.sent(at: 161) == [])
        #expect(script.sent(at: 162) == ["b 1/3 100+100"])
    }

    @Test func `confirmations of what was never sent are passed over`() {
        let script = Script(size: 5_000)
        _ = script.sent(at: 0)
        #expect(script.answer("0?77?1", at: 10).count == 10)
        #expect(script.answer("0?1?40", at: 20) == [])
        #expect(script.answer("0?1?4000", at: 20) == [])
        #expect(script.answer("0?9999?3", at: 20) == [])
        #expect(script.progress.sent == 0)
    }

    @Test func `a session that is gone is begun anew, and not for ever`() {
        let script = Script(size: 1, silence: .seconds(1_000))
        var opened = 0
        var time = 0
        var lastOpen = 0
        while script.outcome == nil, time < 900_000 {
            time += 10
            for datagram in script.sent(at: time) {
                if datagram == "a?1" {
                    opened += 1
                    lastOpen = time
                    _ = script.answer("0?77?1", at: time + 1)
                } else if datagram.hasPrefix("b") {
                    _ = script.answer("z", at: time + 1)
                }
            }
        }
        #expect(opened == 5)
        #expect(script.outcome == "\(SessionFailure.lostTooOften(5))", "last open at \(lastOpen) ms")
    }

    @Test func `a single z between confirmations is a damaged header, and nothing begins anew`() {
        let script = Script(size: 250)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        for time in 20..<25 { #expect(script.answer("z", at: time) == []) }
        #expect(script.answer("0?1?0", at: 30) == [])
        #expect(script.answer("0?3?1", at: 30) == [])
        #expect(script.answer("0?3?2", at: 30) == ["c?77"])
    }

    @Test func `a request that was refused has an answer too, whatever the close says`() {
        let script = Script(size: 10)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        #expect(script.answer("0?1?0", at: 20) == ["c?77"])
        #expect(script.answer("0?0", at: 30) == ["d?77?0"])
        #expect(script.answer(block(0, of: 1, "2"), at: 40) == ["e?77"])
        #expect(script.taken == Array("2".utf8))
    }

    @Test func `an answer that is not ready is asked for again after a pause`() {
        let script = Script(size: 10)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        _ = script.answer("0?1?0", at: 20)
        _ = script.answer("0?1", at: 30)
        #expect(script.answer("y", at: 40) == [])
        #expect(script.sent(at: 89) == [])
        #expect(script.sent(at: 90) == ["d?77?0"])
        #expect(script.answer("y?0", at: 100) == [])
        #expect(script.sent(at: 150) == ["d?77?0"])
    }

    @Test func `blocks of an answer are handed over in order, each once`() {
        let script = Script(size: 10)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        _ = script.answer("0?1?0", at: 20)
        _ = script.answer("0?1", at: 30)
        #expect(script.answer(block(0, of: 3, "one "), at: 40) == ["d?77?1", "d?77?2"])
        #expect(script.answer(block(2, of: 3, "three"), at: 50) == [])
        #expect(script.taken == Array("one ".utf8))
        #expect(script.answer(block(0, of: 3, "one "), at: 51) == [])
        #expect(script.answer(block(1, of: 3, "two "), at: 52) == ["e?77"])
        #expect(script.taken == Array("one two three".utf8))
    }

    @Test func `a block whose check is wrong is asked for again`() {
        let script = Script(size: 10)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        _ = script.answer("0?1?0", at: 20)
        _ = script.answer("0?1", at: 30)
        #expect(script.answer("0?0?1?5?00000000?0:123", at: 40) == ["d?77?0"])
        #expect(script.taken.isEmpty)
    }

    @Test func `a block that waits and comes again with other data is dropped, and asked for again`() {
        let script = Script(size: 10)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        _ = script.answer("0?1?0", at: 20)
        _ = script.answer("0?1", at: 30)
        _ = script.answer(block(0, of: 3, "one "), at: 40)
        _ = script.answer(block(2, of: 3, "wrong"), at: 50)
        #expect(script.answer(block(2, of: 3, "three"), at: 51) == ["d?77?2"])
        _ = script.answer(block(2, of: 3, "three"), at: 60)
        _ = script.answer(block(1, of: 3, "two "), at: 61)
        #expect(script.taken == Array("one two three".utf8))
        #expect(script.outcome == "finished")
    }

    @Test func `a block that was handed over and comes again with other data is said`() {
        let script = Script(size: 10)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        _ = script.answer("0?1?0", at: 20)
        _ = script.answer("0?1", at: 30)
        _ = script.answer(block(0, of: 3, "one "), at: 40)
        _ = script.answer(block(0, of: 3, "eno "), at: 50)
        #expect(script.outcome == "\(SessionFailure.contradiction)")
    }

    @Test func `how many blocks an answer has is believed when two agree`() {
        let script = Script(size: 10)
        let full = String(repeating: "x", count: 1_100)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        _ = script.answer("0?1?0", at: 20)
        _ = script.answer("0?1", at: 30)
        // A full block that says it is the only one: its header may be damaged.
        #expect(script.answer(block(0, of: 1, full), at: 40) == ["d?77?0"])
        #expect(script.outcome == nil)
        _ = script.answer(block(0, of: 2, full), at: 50)
        var asked: [String] = []
        for time in 51...400 { asked += script.sent(at: time) }
        #expect(asked.contains("d?77?0"))
        #expect(script.answer(block(0, of: 2, full), at: 401).contains("d?77?1"))
        #expect(script.answer(block(1, of: 2, "end"), at: 410) == ["e?77"])
        #expect(script.taken == Array((full + "end").utf8))
    }

    @Test func `the session of a late answer to an open is given back`() {
        let script = Script(size: 250)
        _ = script.sent(at: 0)
        _ = script.answer("0?7700000000?1", at: 10)
        #expect(script.answer("0?8800000000?1", at: 11) == ["e?8800000000"])
        #expect(script.answer("0?7700000000?1", at: 12) == [])
        #expect(script.progress.sent == 0)
    }

    @Test func `when the server forgets the session in the middle of the answer, that is said`() {
        let script = Script(size: 10)
        _ = script.sent(at: 0)
        _ = script.answer("0?77?1", at: 10)
        _ = script.answer("0?1?0", at: 20)
        _ = script.answer("0?1", at: 30)
        _ = script.answer(block(0, of: 3, "one "), at: 40)
        for time in stride(from: 50, to: 3_000, by: 10) where script.outcome == nil {
            for _ in script.sent(at: time) { _ = script.answer("z", at: time) }
        }
        #expect(script.outcome == "\(SessionFailure.lostInTheMiddle)")
    }
}
