import Glibc
import Logging

/// One client of a blocking server. It belongs to one thread at a time: to hand it over is to put it into a queue.
final class Connection: @unchecked Sendable {
    // Unchecked: one thread at a time has it, and a queue's lock stands between two.
    let peer: Peer
    private let descriptor: Int32
    private let server: Server
    private let framing: any RequestFraming
    private var isServed = false

    init(_ descriptor: Int32, peer: Peer, server: Server) {
        self.descriptor = descriptor
        self.peer = peer
        self.server = server
        framing = server.service.framing()
    }

    // MARK: A client's visit

    /// Deals with the client from the greeting to the end, in the thread that calls.
    func converse() {
        while let request = receive() {
            guard send(server.answer(to: request, from: peer)) else { break }
        }
        close()
    }

    /// Waits for the next request; the first time the client is greeted before.
    ///
    /// - Parameter turns: those of the answers, where several requests are handled at a time.
    /// - Returns: `nil` when the client wants nothing more, has gone, or was refused. What is left then is to ``close()``.
    func receive(_ turns: Turns? = nil) -> [UInt8]? {
        guard isServed || begin() else { return nil }
        while true {
            switch framing.next() {
            case .request(let request):
                server.counters.requests.add()
                return request
            case .needsMore: guard read(turns) else { return nil }
            case .finished: return nil
            case .refused(let answer):
                turns?.waitForAll()
                refuse(answer)
                return nil
            }
        }
    }

    /// Sends an answer whole, at the client's pace.
    ///
    /// - Returns: `false` when the client does not take it.
    func send(_ answer: [UInt8]) -> Bool {
        guard write(answer) else { return false }
        server.counters.answers.add()
        return true
    }

    /// Lets ``receive(_:)`` find the end, for who does not take its answers. From any thread that has a turn.
    ///
    /// - Returns: `false`.
    func endInput() -> Bool {
        shutdown(descriptor, Int32(SHUT_RD))
        return false
    }

    /// Ends the connection.
    func close() {
        if isServed {
            server.counters.served.add(-1)
            server.logger.info("Client \(peer) finished using service")
        }
        server.logger.info("Client \(peer) disconnected")
        server.connections.close(descriptor)
    }

    // MARK: Its parts

    private func begin() -> Bool {
        server.logger.info("New client connected from \(peer)")
        let greeting = server.service.greeting
        if !greeting.isEmpty {
            // A server that stops ends what it reads: that is no client who has left.
            guard !server.isStopping else { return false }
            guard !hasLeft, greet(greeting) else {
                server.counters.left.add()
                server.logger.info("Client \(peer) left before server could handle it")
                return false
            }
        }
        isServed = true
        server.counters.served.add()
        server.logger.info("Service offered, client \(peer) is using a service ...")
        return true
    }

    /// Whether the client has gone before anybody dealt with it, with a goodbye or without.
    private var hasLeft: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN
    }

    /// A greeting always fits what the kernel keeps of a new connection.
    private func greet(_ greeting: [UInt8]) -> Bool {
        Glibc.send(descriptor, greeting, greeting.count, Int32(MSG_NOSIGNAL)) == greeting.count
            && shutdown(descriptor, Int32(SHUT_WR)) == 0
    }

    /// Waits for more bytes, or for the end.
    private func read(_ turns: Turns?) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: server.limits.readBytes, alignment: 1) { buffer in
            var isEndTheClients = false
            while true {
                let count = recv(descriptor, buffer.baseAddress!, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                // A handler takes the time it takes; who is idle is a client that gets nothing either.
                if count < 0, errno == EAGAIN, let turns, turns.areOut { continue }
                guard count >= 0 else { return broken("receiving") }
                if count > 0 {
                    framing.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    return true
                }
                // A server that stops ends what it reads, and half a request must not be taken for a whole one. Who has sent
                // its end has sent all before it: read again, then, whether there was something.
                if !server.isStopping || isEndTheClients {
                    framing.end()
                    return true
                }
                guard hasClientEnded else { return false }
                isEndTheClients = true
            }
        }
    }

    /// Whether the kernel has the client's end.
    private var hasClientEnded: Bool {
        var info = tcp_info()
        var size = socklen_t(MemoryLayout<tcp_info>.size)
        getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &size)
        return Int(info.tcpi_state) == TCP_CLOSE_WAIT
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.send(
                    descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return broken("sending") }
                sent += count
            }
            return true
        }
    }

    private func broken(_ what: String) -> Bool {
        // A time limit of the socket reads as EAGAIN.
        let reason = errno == EAGAIN ? "idle for \(server.limits.idleSeconds) s" : String(cString: strerror(errno))
        server.counters.broken.add()
        server.logger.info("Client \(peer) is cut while \(what): \(reason)")
        return false
    }

    /// Answers who sent too much, and throws away what still comes for as long as is worth it: a connection closed with
    /// bytes unread is reset, and the answer lost.
    private func refuse(_ answer: [UInt8]) {
        server.counters.refused.add()
        guard write(answer), shutdown(descriptor, Int32(SHUT_WR)) == 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: server.limits.readBytes, alignment: 1) { buffer in
            var discarded = 0
            while discarded < server.limits.discardedBytes {
                let count = recv(descriptor, buffer.baseAddress!, buffer.count, 0)
                guard count > 0 else { return }
                discarded += count
            }
        }
    }
}
