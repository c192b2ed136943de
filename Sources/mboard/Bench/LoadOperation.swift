import ArgumentParser
import BoardClient
import BoardWire
import Histogram
import MessageBoard

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a measurement does over and over.
enum LoadOperation: Sendable {
    case publish(size: Int)
    case read(newest: MessageID)

    var name: String {
        switch self {
        case .publish: "publish"
        case .read: "read"
        }
    }
}

/// Makes the requests of a load. A publish is what `mboard publish` sends, with a request id of its own; only the id
/// differs from one to the next, so only the id is written anew.
struct LoadRequests {
    private static let idBytes = 12
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private let operation: LoadOperation
    private var template: [UInt8] = []
    private var idPlace = 0
    private var high = UInt64.random(in: .min ... .max)
    private var counter: UInt32 = 0

    init(_ operation: LoadOperation) {
        self.operation = operation
        guard case .publish(let size) = operation else { return }
        let id = [UInt8](repeating: 0xFF, count: Self.idBytes)
        template = BoardRequest.publishFull(
            PublishRequest(requestID: id, body: [UInt8](repeating: UInt8(ascii: "x"), count: size))
        ).encoded()
        idPlace = template.firstIndex(of: UInt8(ascii: "/")) ?? 0  // 0xFF in base64
    }

    /// The next request's PDU.
    mutating func next() -> [UInt8] {
        if case .read(let newest) = operation { return BoardRequest.get(.random(in: 1...newest)).encoded() }
        counter &+= 1
        writeID()
        return template
    }

    /// 96 bits, six to a digit: 64 that tell this load from others, and a count.
    private mutating func writeID() {
        for digit in 0..<16 {
            let bits = digit < 10 ? high >> (58 - 6 * digit) : UInt64(counter) >> (30 - 6 * (digit - 10))
            template[idPlace + digit] = Self.digits[Int(bits & 63)]
        }
    }
}

/// How much of it, and how.
struct LoadPlan: Sendable {
    let via: Via
    let server: Endpoint
    let inflight: Int
    let count: Int
    /// Seconds.
    let timeout: Double

    /// Runs it to its end.
    func run(_ operation: LoadOperation, progress: Bool) async throws -> LoadResult {
        switch via {
        case .udp: try DatagramLoad.run(self, operation, progress: progress)
        case .tcp: try await ConnectionLoad.run(self, operation, progress: progress)
        case .session, .xmlrpc, .pyro:
            throw ValidationError("a load takes --via udp or tcp; see `mboard bench session`")
        }
    }
}

/// What came out.
struct LoadResult: Sendable {
    /// Nanoseconds from a request to its answer.
    var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    var errors = 0
    var firstError: String?
    var seconds = 0.0
    /// Microseconds of CPU time of the measuring process itself.
    var clientMicroseconds = 0.0

    var completed: Int { Int(latencies.totalCount) }
}

/// The clock that does not jump.
enum MonotonicTime {
    /// Nanoseconds since some point in the past.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
