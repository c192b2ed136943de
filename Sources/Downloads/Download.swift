import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// What to download, and where to.
package struct DownloadOrder: Sendable {
    /// Where from.
    package let url: DownloadURL
    /// The path of the whole file.
    package let path: String
    /// Whether a file that is there is replaced.
    package let replaces: Bool
    /// What its SHA-256 has to be.
    package let sha256: [UInt8]?
    /// Whether to say what its SHA-256 is.
    package let digests: Bool

    /// An order; the checksum is the URL's when none is given.
    package init(
        url: DownloadURL, path: String, replaces: Bool = false, sha256: [UInt8]? = nil, digests: Bool = false
    ) {
        self.url = url
        self.path = path
        self.replaces = replaces
        self.sha256 = sha256 ?? url.sha256
        self.digests = digests || self.sha256 != nil
    }

    /// The path of what is there before the file is whole.
    package var partPath: String { PartialFile.part(of: path) }
    /// All paths that the download writes to.
    package var paths: [String] { [path, partPath, PartialFile.record(of: path)] }
}

/// A file that was downloaded.
package struct Downloaded: Sendable {
    /// The bytes of the file.
    package let bytes: Int
    /// How long it took, pauses included.
    package let time: Duration
    /// The file's SHA-256, when it was asked for.
    package let sha256: [UInt8]?
    /// Those of the bytes that an earlier download had got.
    package let resumedFrom: Int
    /// Requests that were sent.
    package let attempts: Int
}

/// What happens to a download. It begins with `started` and ends with `ended`.
package enum DownloadEvent: Sendable {
    /// It begins.
    case started
    /// So many bytes are there, of so many when that is known.
    case received(Int, of: Int?)
    /// An attempt failed; the next one follows after a pause.
    case pausing(Duration, because: DownloadError)
    /// It is over.
    case ended(Result<Downloaded, DownloadError>)
}

/// Is told what happens to which of the downloads, and by which worker's name. Called from any thread, quickly.
package typealias DownloadReport = @Sendable (_ download: Int, _ worker: String, DownloadEvent) -> Void

/// One download: the steps, as futures. Who waits for them, and how, is a model's business.
struct Download: Sendable {
    let number: Int
    let order: DownloadOrder
    let worker: String
    let client: HTTPClient
    let timeout: Duration
    let report: DownloadReport

    private var loop: any EventLoop { client.eventLoopGroup.any() }

    /// Opens the partial file.
    func open() -> EventLoopFuture<PartialFile> {
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            try PartialFile(target: order.path, replaces: order.replaces, digests: order.digests)
        }
    }

    /// Asks the server once, for what is missing. The future never fails.
    func attempt(_ file: PartialFile) -> EventLoopFuture<RetryPlan.Outcome> {
        let plan = ResumePlan(url: order.url.text, held: file.held, record: file.record)
        let transfer = Transfer(plan, file) { report(number, worker, .received($0, of: $1)) }
        var headers: HTTPHeaders = ["Accept-Encoding": "identity", "User-Agent": "Downloads (Swift)"]
        if let (range, ifRange) = plan.request {
            headers.add(name: "Range", value: range)
            headers.add(name: "If-Range", value: ifRange)
        }
        do {
            let request = try HTTPClient.Request(url: order.url.text, headers: headers)
            // One loop for the connection and the file, the next download the next one.
            let task = client.execute(
                request: request, delegate: transfer, eventLoop: .delegateAndChannel(on: client.eventLoopGroup.next()))
            return task.futureResult
                .recover { transfer.outcome(of: $0, timeout: timeout) }
        } catch {
            return loop.makeSucceededFuture(.failed(.notHTTP(words(for: error))))
        }
    }

    /// What comes after an attempt.
    func next(_ retries: inout RetryPlan, after outcome: RetryPlan.Outcome) -> RetryPlan.Step {
        var generator = SystemRandomNumberGenerator()
        let step = retries.next(after: outcome, using: &generator)
        if case .attempt(let pause) = step, case .failed(let error) = outcome {
            report(number, worker, .pausing(pause, because: error))
        }
        return step
    }

    /// Makes the file the whole one.
    func finish(_ file: PartialFile, attempts: Int, since start: ContinuousClock.Instant) -> EventLoopFuture<Downloaded>
    {
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            let digest = try file.finish(sha256: order.sha256)
            return Downloaded(
                bytes: file.held, time: .now - start, sha256: digest, resumedFrom: file.resumedFrom, attempts: attempts)
        }
    }
}
