// Processes instead of threads: work goes to them and results come back through pipes, since they share no memory.
//
// Lecture notes, chapter 3, "Multiprocessing module".
// Try: process-work; then echo 100 | process-work Process-9, to be the parent yourself.
// Prints who is whose child, the results, and how each child ended. Each child counts its jobs in its own copy of `jobs`; the
// parent's stays 0. Threads would all have counted in one. The third child gets bad work: its exit code says so, and neither the
// parent nor the other children take harm.
// Python's multiprocessing copies the running process (fork) and calls a function in the copy. In Swift a copy would have only one
// of the threads, and whatever the others were just at: the same program is started afresh, and its argument says what it is.

import Foundation
import NamedThreads

let name = CommandLine.arguments.dropFirst().first ?? "MainProcess"
var jobs = 0

@MainActor func debug(_ message: String) {
    log("[DEBUG] (\(name.padded(to: 11))) \(message)")
}

func primes(under limit: Int) -> Int {
    (0..<limit).count { number in
        number > 1 && !(2..<number).prefix { $0 * $0 <= number }.contains { number.isMultiple(of: $0) }
    }
}

/// A child's part: every line of standard input is work, a line of standard output is its result.
@MainActor func work() {
    debug("Arrived: process \(getpid()), started by \(getppid())")
    while let line = readLine() {
        guard let limit = Int(line) else {
            debug("[\(line)] is no number")
            exit(65)
        }
        say("\(primes(under: limit)) primes under \(limit)")
        jobs += 1
    }
    debug("Leaving, jobs done: \(jobs)")
}

/// The parent's hold on a child.
struct Child {
    let name: String
    let process = Process()
    let work = Pipe()
    let results = Pipe()

    func start(_ jobs: [String]) throws {
        process.executableURL = Bundle.main.executableURL
        process.arguments = [name]
        process.standardInput = work
        process.standardOutput = results
        try process.run()
        try work.fileHandleForWriting.write(contentsOf: Data(jobs.map { $0 + "\n" }.joined().utf8))
        try work.fileHandleForWriting.close()  // no more work: the child's readLine() gives nil
    }

    /// Waits for it to end; its results and its exit code.
    func join() throws -> (results: [Substring], code: Int32) {
        let bytes = try results.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: bytes, as: UTF8.self).split(separator: "\n"), process.terminationStatus)
    }
}

if name != "MainProcess" {
    work()
    exit(0)
}
let children = [Child(name: "Process-1"), Child(name: "Process-2"), Child(name: "Process-3")]
debug("Arrived: process \(getpid())")
for (child, jobs) in zip(children, [["10", "100"], ["1000", "10000", "20000"], ["10", "ten", "100"]]) {
    try child.start(jobs)
}
for child in children {
    let (results, code) = try child.join()
    for result in results { debug("\(child.name): \(result)") }
    debug("\(child.name) ended with exit code \(code)")
}
debug("Leaving, jobs done: \(jobs)")
