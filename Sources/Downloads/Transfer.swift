import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One answer on its way into a file. The next piece is read when the one before is written, so that memory holds one.
///
/// Pieces are written on the event loop: a write goes into the kernel's memory, and nothing else runs on these loops. What waits
/// for another thread when the connection breaks the HTTP client throws away, and a server that always breaks it early would
/// be asked for the same bytes for ever.
final class Transfer: HTTPClientResponseDelegate {
    typealias Response = RetryPlan.Outcome

    private struct State {
        /// Whether the answer's body is the file's.
        var isBody = false
        /// The place in the file where the body ends.
        var end: Int?
        /// The bytes of the whole file.
        var length: Int?
    }

    /// The answer has said all that is wanted from it.
    private struct Over: Error {
        let outcome: RetryPlan.Outcome
    }

    private let plan: ResumePlan
    private let file: PartialFile
    private let received: @Sendable (Int, Int?) -> Void
    private let state = Mutex(State())

    /// - Parameter received: is told how many bytes are there, of how many.
    init(_ plan: ResumePlan, _ file: PartialFile, received: @escaping @Sendable (Int, Int?) -> Void) {
        self.plan = plan
        self.file = file
        self.received = received
    }

    func didReceiveHead(task: HTTPClient.Task<Response>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        task.eventLoop.done { try self.begin(AnswerHead(head)) }
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        task.eventLoop.done { try self.take(buffer) }
    }

    func didFinishRequest(task: HTTPClient.Task<Response>) throws -> Response {
        let length = state.withLock { $0.length ?? $0.end }
        let held = file.held
        return held < length ?? 0 ? .failed(.cut(at: held, of: length)) : .whole
    }

    /// What a failed request means.
    func outcome(of error: any Error, timeout: Duration) -> RetryPlan.Outcome {
        if let over = error as? Over { return over.outcome }
        let meaning = downloadError(for: error, timeout: timeout)
        let (isBody, length) = state.withLock { ($0.isBody, $0.length) }
        guard isBody, case .unreachable = meaning else { return .failed(meaning) }
        return .failed(.cut(at: file.held, of: length))
    }

    private func begin(_ head: AnswerHead) throws {
        switch plan.decide(head) {
        case .whole(let record):
            expect(upTo: record.length, of: record.length)
            try file.restart(record)
        case .rest(let end, let record):
            expect(upTo: end, of: record.length)
            try file.goOn(record)
        case .nothingLeft: throw Over(outcome: .whole)
        case .startOver:
            try file.empty()
            throw Over(outcome: .startOver)
        case .fail(let error): throw error
        }
    }

    private func take(_ bytes: ByteBuffer) throws {
        let (end, length) = state.withLock { ($0.end, $0.length) }
        if let end, bytes.readableBytes > end - file.held {
            throw DownloadError.misfit("more bytes than the \(end) that it had announced")
        }
        received(try file.append(bytes), length)
    }

    private func expect(upTo end: Int?, of length: Int?) {
        state.withLock { state in
            state.isBody = true
            state.end = end
            state.length = length
        }
    }
}

extension EventLoop {
    /// What has been done, as a future.
    fileprivate func done(_ work: () throws -> Void) -> EventLoopFuture<Void> {
        do {
            try work()
            return makeSucceededVoidFuture()
        } catch {
            return makeFailedFuture(error)
        }
    }
}

extension AnswerHead {
    /// The fields of a head that say something about a file.
    fileprivate init(_ head: HTTPResponseHead) {
        func field(_ name: String) -> String? { head.headers.first(name: name) }
        self.init(
            status: Int(head.status.code), length: field("Content-Length").flatMap { Int($0) },
            range: field("Content-Range"), entityTag: field("ETag"), lastModified: field("Last-Modified"),
            date: field("Date"), retryAfter: field("Retry-After"))
    }
}
