import BoardClient
import NIOCore
import PyroWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Calls of one method over and over.
struct CallPlan: Sendable {
    let server: Endpoint
    let serializer: PyroSerializer
    let connect: PyroConnect
    let call: PyroCall
    /// Connections, each with one call that waits for its answer: so Python's clients call.
    let inflight: Int
    let count: Int
    /// Seconds.
    let timeout: Double
}

/// A load of calls by Pyro's protocol on kept connections. The message is written once, and only its number is new in each call; of an
/// answer only the head is read.
struct CallLoad: PolledLoad, ~Copyable {
    /// Bytes of the largest answer that is taken.
    private static let largestAnswer = 64 << 20
    /// Descriptor of a connection that is no more: poll(2) passes it over.
    private static let none: Int32 = -1

    /// What a connection waits for.
    private struct Caller {
        var sequence: UInt16 = 0
        /// When its call was sent; 0 when it has none.
        var sent: UInt64 = 0
        /// An answer that came in part.
        var held: [UInt8] = []
    }

    private let plan: CallPlan
    var sockets: [pollfd] = []
    private var callers: [Caller] = []
    private var message: [UInt8]
    var tally: LoadTally
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// Runs a load to its end. The time begins when all connections are let in.
    ///
    /// - Throws: what the server says when it does not let them in.
    static func run(_ plan: CallPlan, progress: Bool) throws -> LoadResult {
        let call = PyroMessage(.invoke, serializer: plan.serializer, payload: try plan.call.payload(plan.serializer))
        var load = CallLoad(plan, call.encoded(), progress: progress)
        try load.connect()
        load.tally = LoadTally(count: plan.count, progress: progress)
        return load.runToEnd()
    }

    private init(_ plan: CallPlan, _ message: [UInt8], progress: Bool) {
        self.plan = plan
        self.message = message
        tally = LoadTally(count: plan.count, progress: progress)
    }

    deinit {
        for socket in sockets where socket.fd != Self.none { close(socket.fd) }
    }

    // MARK: Connecting

    private mutating func connect() throws {
        let address = try SocketAddress.makeAddressResolvingHost(plan.server.host, port: plan.server.port)
        let hello = PyroMessage(
            .connect, serializer: plan.serializer, payload: try plan.connect.payload(plan.serializer)
        ).encoded()
        for number in 0..<min(plan.inflight, plan.count) {
            sockets.append(pollfd(fd: try Self.connect(address, plan), events: Int16(POLLIN), revents: 0))
            callers.append(Caller())
            try greet(number, hello)
        }
    }

    private static func connect(_ address: SocketAddress, _ plan: CallPlan) throws -> Int32 {
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: Int(plan.timeout), tv_usec: Int(plan.timeout * 1e6) % 1_000_000)
        var yes: Int32 = 1
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        let result = address.withSockAddr { start, size in Glibc.connect(descriptor, start, socklen_t(size)) }
        guard descriptor >= 0, result == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw ClientError.unreachable(endpoint: "\(plan.server)", reason: reason)
        }
        return descriptor
    }

    /// Waits until a connection is let in.
    private mutating func greet(_ number: Int, _ hello: [UInt8]) throws {
        func refused(_ reason: String) -> ClientError { .unreachable(endpoint: "\(plan.server)", reason: reason) }
        guard Glibc.send(sockets[number].fd, hello, hello.count, Int32(MSG_NOSIGNAL)) == hello.count else {
            throw refused(String(cString: strerror(errno)))
        }
        while true {
            let count = recv(sockets[number].fd, &buffer, buffer.count, 0)
            guard count > 0 else {
                throw refused(count == 0 ? "it closed the connection" : String(cString: strerror(errno)))
            }
            callers[number].held += buffer[..<count]
            guard let head = callers[number].held.withUnsafeBytes({ PyroHead($0) }),
                callers[number].held.count >= head.size
            else { continue }
            guard head.type == PyroMessageType.connectOK.rawValue else {
                throw refused(Self.failure(callers[number].held))
            }
            return callers[number].held = []
        }
    }

    // MARK: Calling

    mutating func send(_ number: Int) {
        guard tally.takeRequest() else { return }
        callers[number].sequence &+= 1
        let sequence = callers[number].sequence
        message[PyroHead.sequence] = UInt8(truncatingIfNeeded: sequence >> 8)
        message[PyroHead.sequence + 1] = UInt8(truncatingIfNeeded: sequence)
        callers[number].sent = MonotonicTime.now()
        let count = Glibc.send(sockets[number].fd, message, message.count, Int32(MSG_NOSIGNAL))
        if count != message.count { end(number, count < 0 ? String(cString: strerror(errno)) : "a call sent in part") }
    }

    mutating func receive(_ number: Int) {
        let count = recv(sockets[number].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0 && errno == EAGAIN { return }
        guard count > 0 else {
            return end(number, count == 0 ? "the server closed the connection" : String(cString: strerror(errno)))
        }
        if callers[number].held.isEmpty {
            let head = buffer.withUnsafeBytes { PyroHead(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            if let head, head.size == count { return answered(number, head) }
        }
        callers[number].held += buffer[..<count]
        guard let head = callers[number].held.withUnsafeBytes({ PyroHead($0) }) else { return }
        guard head.size <= Self.largestAnswer else { return end(number, "an answer of \(head.size) bytes") }
        guard callers[number].held.count >= head.size else { return }
        answered(number, head)
    }

    /// The answer is there: in what is held, or else in the buffer.
    private mutating func answered(_ number: Int, _ head: PyroHead) {
        let isHeld = !callers[number].held.isEmpty
        guard head.type == PyroMessageType.result.rawValue, head.sequence == callers[number].sequence,
            callers[number].sent != 0, !isHeld || callers[number].held.count == head.size
        else { return end(number, "an answer to something else") }
        if head.isException {
            tally.failed(Self.failure(isHeld ? callers[number].held : Array(buffer[..<head.size])))
        } else {
            tally.answered(sent: callers[number].sent)
        }
        if isHeld { callers[number].held = [] }
        callers[number].sent = 0
        send(number)
    }

    /// What a message says that is no result.
    private static func failure(_ bytes: [UInt8]) -> String {
        var reader = PyroMessageReader()
        reader.append(bytes)
        guard let message = try? reader.next(), let serializer = PyroSerializer(rawValue: message.serializer) else {
            return "an answer that is none"
        }
        if serializer == .marshal {
            return harmless(message.payload.withUnsafeBytes { PyroMarshal.decode($0) } ?? "a refusal without words")
        }
        guard let value = try? serializer.decode(message.payload) else { return "an answer that is none" }
        return harmless(PyroException(value)?.description ?? value.asText ?? "a \(value.typeName)")
    }

    mutating func giveUpOld() {
        let oldest = MonotonicTime.now() - UInt64(plan.timeout * 1e9)
        for number in sockets.indices where callers[number].sent != 0 && callers[number].sent < oldest {
            end(number, "no answer in \(plan.timeout) s")
        }
    }

    /// A connection is of no use any more; why is one call's failure if it had one. The others go on.
    private mutating func end(_ number: Int, _ reason: String) {
        close(sockets[number].fd)
        sockets[number].fd = Self.none
        if callers[number].sent != 0 { tally.failed(reason) }
        callers[number].sent = 0
        if sockets.allSatisfy({ $0.fd == Self.none }) { tally.giveUp(reason) }
    }
}

/// What a load has to know of an answer: where it ends, and whose it is. See PyroMessage.swift for the bytes.
private struct PyroHead {
    /// Where a message has its number.
    static let sequence = 10

    let type: UInt8
    let isException: Bool
    let sequence: UInt16
    let size: Int

    /// `nil` until all of it is there.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= PyroMessage.headSize else { return nil }
        func number<Number: FixedWidthInteger>(_ place: Int) -> Number {
            Number(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: Number.self))
        }
        type = bytes[6]
        isException = PyroFlags(rawValue: number(8)).contains(.exception)
        sequence = number(Self.sequence)
        size = PyroMessage.headSize + Int(number(12) as UInt32) + Int(number(16) as UInt32)
    }
}
