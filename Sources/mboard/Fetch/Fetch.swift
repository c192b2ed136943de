import ArgumentParser
package import Downloads
import Foundation
import UnixSignals

/// The download manager of the notes' figures 4.1 and 4.2.
struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Download files: one after the other, in threads, or in tasks.",
        discussion: """
            What is there of a file is NAME.part beside its place; NAME appears when it is whole, on disk, and has the right \
            checksum. After a broken connection, Ctrl-C or a crash the same command goes on where it ended, if the server can \
            say that the file is still the same. Each path is printed when its file is whole.

              mboard fetch https://host/one.tar.xz https://host/two.tar.xz
              mboard fetch --model sequential --output /tmp/ URL URL URL
              mboard fetch --output name.iso --sha256 64HEXDIGITS URL
              mboard fetch 'https://host/one.iso#sha256=64HEXDIGITS' 'https://host/two.iso#sha256=64HEXDIGITS'

            All URLs are tried. The exit code is that of the worst failure: 74 a disk failed or is full, 73 a file cannot be \
            made or is there already, 65 a checksum is wrong, 69 not reachable, timed out or cut off, 1 the server said no.
            """)

    @Argument(help: ArgumentHelp("What to download (http or https).", valueName: "url"))
    var urls: [String]

    @Option(help: "How downloads share the time: sequential, threads (a thread each) or tasks (a task each).")
    var model: DownloadModel = .tasks

    @Option(help: "Most downloads at a time, 1 to \(DownloadLimits.mostAtATime).")
    var atATime = DownloadLimits.atATime

    @Option(
        help: "The directory to put files into; for one URL also the file's name (default: the directory you are in).")
    var output: String?

    @Option(help: ArgumentHelp("What the SHA-256 of the file has to be, for one URL.", valueName: "hex"))
    var sha256: String?

    @Flag(help: "Replace whole files that are there already.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Longest wait for a connection, and longest silence on one.", valueName: "seconds"))
    var timeout: Double = 30

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout takes seconds, more than 0") }
        guard (1...DownloadLimits.mostAtATime).contains(atATime) else {
            throw ValidationError("--at-a-time takes a number from 1 to \(DownloadLimits.mostAtATime)")
        }
        guard !urls.isEmpty else { throw ValidationError("say at least one URL") }
        _ = try orders()
    }

    func run() async throws {
        let orders = try orders()
        let report = FetchReport(orders, json: json)
        let downloader = Downloader(timeout: .seconds(timeout), atATime: atATime)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    report.stop()
                    end(by: signal.rawValue)
                }
            }
            await downloader.run(orders, model: model) { report.take($0, by: $1, $2) }
            group.cancelAll()
        }
        await downloader.shutdown()
        if let code = report.end() { throw ExitCode(code) }
    }
}

// MARK: What to download, and where to

extension Fetch {
    private func orders() throws -> [DownloadOrder] {
        let checksum = try sha256.map { text in
            guard let sum = DownloadURL.checksum(text) else {
                throw ValidationError("--sha256: \(DownloadURLError.badChecksum)")
            }
            guard urls.count == 1 else {
                throw ValidationError("--sha256 is for one URL; with several put #sha256=HEX behind each")
            }
            return sum
        }
        var taken: [String: String] = [:]
        return try urls.map { text in
            let shown = harmless(text)
            do {
                let url = try DownloadURL(text)
                if let checksum, let other = url.sha256, other != checksum {
                    throw ValidationError("\(shown): the URL says another SHA-256 than --sha256")
                }
                let order = DownloadOrder(
                    url: url, path: try path(for: url), replaces: force, sha256: checksum, digests: json)
                for path in order.paths {
                    if let other = taken.updateValue(shown, forKey: path) {
                        throw ValidationError(
                            "\(other) and \(shown) would both be written to \(path); fetch them into two directories")
                    }
                }
                return order
            } catch let error as DownloadURLError {
                throw ValidationError("\(shown): \(error)")
            }
        }
    }

    private func path(for url: DownloadURL) throws -> String {
        guard let output else { return try url.name }
        guard output.hasSuffix("/") || Self.isDirectory(output) else {
            guard urls.count == 1 else {
                throw ValidationError("--output: there is no directory \(output); several files need one")
            }
            return output
        }
        guard Self.isDirectory(output) else { throw ValidationError("--output: there is no directory \(output)") }
        return try (output.hasSuffix("/") ? output : output + "/") + url.name
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}

extension DownloadModel: ExpressibleByArgument {}

/// Ends the process as a signal does that nobody waits for, so that a shell's loop ends too.
private func end(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)  // threads that wait for work have it blocked
    raise(number)
    systemExit(128 + number)
}
