import AsyncHTTPClient
import Dispatch
import Foundation
import NIOCore

/// How several downloads share the time (figures 4.1 and 4.2 of the notes, and today's way).
package enum DownloadModel: String, CaseIterable, Sendable {
    /// One after the other.
    case sequential
    /// A thread for each, which blocks until its download is done.
    case threads
    /// A task for each, which is put aside while it waits and takes no thread.
    case tasks
}

/// Downloads files: the same steps under three models.
package struct Downloader: Sendable {
    private let client: HTTPClient
    private let timeout: Duration
    private let atATime: Int

    /// A downloader, to be shut down after its last use.
    ///
    /// - Parameters:
    ///   - timeout: longest wait for a connection, and longest silence on one.
    ///   - atATime: most downloads at a time, at most ``DownloadLimits/mostAtATime``.
    package init(timeout: Duration, atATime: Int = DownloadLimits.atATime) {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .follow(max: DownloadLimits.redirects, allowCycles: false))
        settings.timeout.connect = TimeAmount(timeout)
        settings.timeout.read = TimeAmount(timeout)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = atATime
        // Whether and when to try again is the retry plan's business.
        settings.connectionPool.retryConnectionEstablishment = false
        // A connection for each: one that several share would make them wait for each other.
        settings.httpVersion = .http1Only
        client = HTTPClient(configuration: settings)
        self.timeout = timeout
        self.atATime = min(max(1, atATime), DownloadLimits.mostAtATime)
    }

    /// Downloads all, and returns when the last one is over; what came of each is reported.
    package func run(_ orders: [DownloadOrder], model: DownloadModel, report: @escaping DownloadReport) async {
        let downloads = orders.enumerated().map { number, order in
            Download(
                number: number, order: order, worker: model.worker(number), client: client, timeout: timeout,
                report: report)
        }
        switch model {
        case .sequential: await runSequentially(downloads)
        case .threads: await runInThreads(downloads)
        case .tasks: await runInTasks(downloads)
        }
    }

    /// Closes its connections.
    package func shutdown() async {
        try? await client.shutdown().get()  // fails only when it was shut down before
    }
}

// MARK: The models

extension Downloader {
    /// Figure 4.1: one after the other.
    private func runSequentially(_ downloads: [Download]) async {
        for download in downloads { await download.run() }
    }

    /// Figure 4.2: a main thread gives each download to a worker thread of its own, and joins them all. Those that are not
    /// among the first `atATime` begin when another one has ended.
    private func runInThreads(_ downloads: [Download]) async {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let main = Thread {
                let free = DispatchSemaphore(value: atATime)
                let workers = DispatchGroup()
                for download in downloads {
                    free.wait()
                    workers.enter()
                    let worker = Thread {
                        download.runBlocking()
                        free.signal()
                        workers.leave()
                    }
                    worker.name = download.worker
                    worker.start()
                }
                workers.wait()
                done.resume()
            }
            main.start()
        }
    }

    /// A task group of at most `atATime`: when one has ended the next one begins.
    private func runInTasks(_ downloads: [Download]) async {
        await withTaskGroup(of: Void.self) { group in
            for (number, download) in downloads.enumerated() {
                if number >= atATime { await group.next() }
                group.addTask { await download.run() }
            }
        }
    }
}

extension DownloadModel {
    /// The name of who does a download, as in the log of the notes.
    fileprivate func worker(_ number: Int) -> String {
        switch self {
        case .sequential: "MainThread"
        case .threads: "Thread-\(number + 1)"
        case .tasks: "Task-\(number + 1)"
        }
    }
}

// MARK: The steps, waited for in two ways

extension Download {
    /// All steps, on a thread that blocks until each is done.
    fileprivate func runBlocking() {
        report(number, worker, .started)
        report(number, worker, .ended(Result { try stepsBlocking() }.mapError(meaning)))
    }

    private func stepsBlocking() throws -> Downloaded {
        let start = ContinuousClock.now
        let file = try open().wait()
        var retries = RetryPlan()
        var step = RetryPlan.Step.attempt(after: .zero)
        while true {
            switch step {
            case .attempt(let pause):
                Thread.sleep(forTimeInterval: pause / .seconds(1))
                step = next(&retries, after: try attempt(file).wait())
            case .finish: return try finish(file, attempts: retries.attempts, since: start).wait()
            case .fail(let error): throw error
            }
        }
    }

    /// All steps, in a task that is put aside until each is done. A cancelled task ends at its next pause.
    fileprivate func run() async {
        report(number, worker, .started)
        do {
            report(number, worker, .ended(.success(try await steps())))
        } catch {
            report(number, worker, .ended(.failure(meaning(of: error))))
        }
    }

    private func steps() async throws -> Downloaded {
        let start = ContinuousClock.now
        let file = try await open().get()
        var retries = RetryPlan()
        var step = RetryPlan.Step.attempt(after: .zero)
        while true {
            switch step {
            case .attempt(let pause):
                try await Task.sleep(for: pause)
                step = next(&retries, after: try await attempt(file).get())
            case .finish: return try await finish(file, attempts: retries.attempts, since: start).get()
            case .fail(let error): throw error
            }
        }
    }

    private func meaning(of error: any Error) -> DownloadError {
        downloadError(for: error, timeout: timeout)
    }
}
