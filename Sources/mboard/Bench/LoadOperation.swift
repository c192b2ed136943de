import BoardClient
import BoardWire
import Histogram
import MessageBoard

/// What a measurement does over and over.
enum LoadOperation {
    case publish(size: Int)
    case read(newest: MessageID)

    var name: String {
        switch self {
        case .publish: "publish"
        case .read: "read"
        }
    }

    /// The next request's PDU.
    func request() -> [UInt8] {
        switch self {
        case .publish(let size):
            BoardRequest.publishFull(
                PublishRequest(requestID: RequestID.make(), body: [UInt8](repeating: UInt8(ascii: "x"), count: size))
            ).encoded()
        case .read(let newest): BoardRequest.get(.random(in: 1...newest)).encoded()
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
