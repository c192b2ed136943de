import ArgumentParser
import Foundation

/// What a process has used so far, as Linux tells in /proc (proc(5)).
struct ServerUsage {
    let pid: Int32
    let cpuMicroseconds: Double
    /// The most memory that it had resident, in bytes.
    let peakBytes: Int

    init(pid: Int32) throws {
        self.pid = pid
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let memory = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        else { throw ValidationError("there is no process \(pid) to look at (--pid)") }
        // The name in parentheses may hold blanks; the fields after it are 3, 4, ...: 14 and 15 are the times.
        let fields = status[(status.lastIndex(of: ")") ?? status.startIndex)...].split(separator: " ")
        let ticks = fields.count > 13 ? (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0) : 0
        cpuMicroseconds = ticks * 1e6 / Double(sysconf(Int32(_SC_CLK_TCK)))
        let peak = memory.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split { !$0.isNumber }.first
        peakBytes = (peak.flatMap { Int($0) } ?? 0) * 1_024
    }
}

/// What a load cost the server.
struct ServerCost {
    let pid: Int32
    let cpuMicrosecondsPerOperation: Double
    let peakBytes: Int

    init(before: ServerUsage, after: ServerUsage, operations: Int) {
        pid = after.pid
        cpuMicrosecondsPerOperation = (after.cpuMicroseconds - before.cpuMicroseconds) / Double(max(1, operations))
        peakBytes = after.peakBytes
    }
}

/// What this process has used.
enum OwnUsage {
    static func cpuMicroseconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) * 1e6 + Double($1.tv_usec) }
    }
}
