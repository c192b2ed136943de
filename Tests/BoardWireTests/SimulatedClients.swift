import BoardWire

/// Our client on the simulated network.
final class SimulatedClient: SimulatedEnd {
    let request: [UInt8]
    private(set) var received: [UInt8] = []
    private(set) var failure: SessionFailure?
    private(set) var finishedAt: Duration?
    private(set) var blocksSent = 0
    private var exchange: SessionExchange
    private var nextDatagram: Duration = .zero

    init(_ request: [UInt8], datagram: Int = 1_200, silence: Duration = .seconds(30)) {
        self.request = request
        exchange = SessionExchange(size: request.count, datagram: datagram, silence: silence, now: .zero)
    }

    var progress: SessionExchange.Progress { exchange.progress }
    var deadline: Duration? { exchange.isFinished ? nil : exchange.deadline }

    func receive(_ datagram: [UInt8], now: Duration) {
        exchange.receive(datagram.span, now: now)
    }

    func send(now: Duration) -> [[UInt8]] {
        if exchange.deadline <= now { exchange.wake(now: now) }
        var datagrams: [[UInt8]] = []
        while let action = exchange.next(now: now) {
            switch action {
            case .send(let datagram): datagrams.append(datagram)
            case .sendBlock(let block):
                blocksSent += 1
                let data = Array(request[block.offset..<block.offset + block.length])
                var datagram: [UInt8] = []
                block.appendHead(of: data.span, to: &datagram)
                datagrams.append(datagram + data)
            case .take(let bytes): received += bytes
            case .finish: finishedAt = now
            case .fail(let failure):
                self.failure = failure
                finishedAt = now
            }
        }
        return datagrams
    }
}

/// The client that people have: one block at a time, sent again when there is no answer within a second.
final class OldClient: SimulatedEnd {
    private let request: [UInt8]
    private let blockBytes: Int
    private var session: SessionID?
    private var index = 0
    private(set) var deadline: Duration? = .zero
    private(set) var finishedAt: Duration?
    private var mustSend = true

    init(_ request: [UInt8], blockBytes: Int) {
        self.request = request
        self.blockBytes = blockBytes
    }

    private var count: Int { (request.count + blockBytes - 1) / blockBytes }

    func receive(_ datagram: [UInt8], now: Duration) {
        guard case .number(let number)? = SessionAnswer(decoding: datagram.span) else { return mustSend = true }
        if session == nil {
            session = number
        } else if index < count {
            guard number == index + 1 else { return }
            index += 1
        } else {
            guard number < 2 else { return }
            finishedAt = now
            deadline = nil
            return
        }
        mustSend = true
    }

    func send(now: Duration) -> [[UInt8]] {
        guard finishedAt == nil, mustSend || deadline.map({ $0 <= now }) == true else { return [] }
        mustSend = false
        deadline = now + .seconds(1)
        var datagram: [UInt8] = []
        guard let session else { return [Array("a?0".utf8)] }
        guard index < count else { return [Array("c?\(session)".utf8)] }
        let data = request[index * blockBytes..<min((index + 1) * blockBytes, request.count)]
        SessionBlock(index: index, count: count, length: data.count)
            .appendRequestHead(session: session, check: nil, to: &datagram)
        return [datagram + data]
    }
}
