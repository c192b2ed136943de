import ArgumentParser
import Foundation

/// What a process has used so far: its CPU clock (clock_getcpuclockid(3)), and what Linux tells in /proc (proc(5)).
struct ServerUsage {
    let pid: Int32
    let cpuMicroseconds: Double
    /// The most memory that it had resident, in bytes.
    let peakBytes: Int

    init(pid: Int32) throws {
        self.pid = pid
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0,
            let memory = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        else { throw ValidationError("there is no process \(pid) to look at (--pid)") }
        cpuMicroseconds = Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
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
