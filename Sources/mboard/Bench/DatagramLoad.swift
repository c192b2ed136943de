import BoardClient
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A load of datagrams: a connected socket for each request in flight.
struct DatagramLoad: PolledLoad, ~Copyable {
    private let plan: LoadPlan
    var sockets: [pollfd] = []
    /// When each socket's request was sent; 0 when it has none.
    private var sent: [UInt64] = []
    private var requests: LoadRequests
    var tally: LoadTally
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// Runs a load to its end.
    static func run(_ plan: LoadPlan, _ operation: LoadOperation, progress: Bool) throws -> LoadResult {
        var load = try DatagramLoad(plan, operation, progress: progress)
        return load.runToEnd()
    }

    private init(_ plan: LoadPlan, _ operation: LoadOperation, progress: Bool) throws {
        self.plan = plan
        let address = try SocketAddress.makeAddressResolvingHost(plan.server.host, port: plan.server.port)
        for _ in 0..<min(plan.inflight, plan.count) {
            sockets.append(pollfd(fd: try Self.connect(address, plan), events: Int16(POLLIN), revents: 0))
        }
        sent = Array(repeating: 0, count: sockets.count)
        requests = LoadRequests(operation)
        tally = LoadTally(count: plan.count, progress: progress)
    }

    deinit {
        for socket in sockets { close(socket.fd) }
    }

    private static func connect(_ address: SocketAddress, _ plan: LoadPlan) throws -> Int32 {
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        let result = address.withSockAddr { start, size in Glibc.connect(descriptor, start, socklen_t(size)) }
        guard descriptor >= 0, result == 0 else {
            throw ClientError.unreachable(endpoint: "\(plan.server)", reason: String(cString: strerror(errno)))
        }
        return descriptor
    }

    mutating func send(_ number: Int) {
        guard tally.takeRequest() else { return }
        let request = requests.next()
        sent[number] = MonotonicTime.now()
        // A full send buffer counts as a loss: the answer never comes, and the request is given up in time.
        _ = Glibc.send(sockets[number].fd, request, request.count, 0)
    }

    mutating func receive(_ number: Int) {
        let count = recv(sockets[number].fd, &buffer, buffer.count, 0)
        guard sent[number] != 0 else { return }  // the answer to a request that was given up
        if count < 0 && errno == EAGAIN { return }
        let begin = sent[number]
        sent[number] = 0
        if count < 0 {
            tally.failed(String(cString: strerror(errno)))
        } else {
            tally.answered(count > 0 ? buffer[0] : nil, sent: begin)
        }
        send(number)
    }

    mutating func giveUpOld() {
        let oldest = MonotonicTime.now() - UInt64(plan.timeout * 1e9)
        for number in sockets.indices where sent[number] != 0 && sent[number] < oldest {
            sent[number] = 0
            tally.failed("no answer in \(plan.timeout) s")
            send(number)
        }
    }
}
