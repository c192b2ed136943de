import Foundation

/// What Linux tells of a process in /proc (proc(5)), read from the files' text.
package enum ProcessFacts {
    /// `PID (NAME) STATE PPID …` of /proc/PID/stat. The name is anything, spaces and brackets included: it ends at the last bracket.
    package struct Stat: Equatable {
        package var parent: Int32
        /// Clock ticks of the children that have ended and were waited for, in user and in system mode.
        package var childrenTicks: Int

        package init?(_ text: String) {
            guard let end = text.lastIndex(of: ")") else { return nil }
            let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
            // The state is field 3 of proc(5), the parent 4, cutime 16, cstime 17.
            guard fields.count > 14, let parent = Int32(fields[1]), let user = Int(fields[13]),
                let system = Int(fields[14])
            else { return nil }
            self.parent = parent
            childrenTicks = user + system
        }
    }

    /// Lines `Key: value` of /proc/PID/status. A process that is ending has no memory any more, and a kernel may leave a line out: 0.
    package struct Status: Equatable {
        package var threads = 0
        package var residentBytes = 0
        package var peakResidentBytes = 0
        /// Of one thread: in /proc/PID/status that of the first, in /proc/PID/task/TID/status of each.
        package var switches = ContextSwitches()

        package init(_ text: String) {
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2,
                    let value = parts[1].split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
                else { continue }
                switch parts[0] {
                case "Threads": threads = value
                case "VmRSS": residentBytes = value * 1_024
                case "VmHWM": peakResidentBytes = value * 1_024
                case "voluntary_ctxt_switches": switches.voluntary = value
                case "nonvoluntary_ctxt_switches": switches.involuntary = value
                default: break
                }
            }
        }
    }
}

/// Times that threads left the processor.
package struct ContextSwitches: Codable, Hashable, Sendable {
    /// To wait for something.
    package var voluntary = 0
    /// Since another thread's turn had come.
    package var involuntary = 0

    package init(voluntary: Int = 0, involuntary: Int = 0) {
        self.voluntary = voluntary
        self.involuntary = involuntary
    }

    static func + (one: Self, other: Self) -> Self {
        Self(voluntary: one.voluntary + other.voluntary, involuntary: one.involuntary + other.involuntary)
    }

    /// Not below zero: the two sides may come from different sources.
    static func - (one: Self, other: Self) -> Self {
        Self(
            voluntary: max(0, one.voluntary - other.voluntary), involuntary: max(0, one.involuntary - other.involuntary)
        )
    }
}

/// A process and all that descend from it.
package struct ProcessTree {
    package let members: [Int32]

    /// Looks through the processes of the machine: a child may belong to any thread of its parent.
    init(root: Int32) {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        let parents = ids.compactMap { id in Self.stat(id).map { (id, $0.parent) } }
        self.init(root: root, parents: Dictionary(uniqueKeysWithValues: parents))
    }

    /// - Parameter parents: each process's parent.
    package init(root: Int32, parents: [Int32: Int32]) {
        let children = Dictionary(grouping: parents.keys, by: { parents[$0] ?? 0 })
        var members = [root]
        var at = 0
        while at < members.count {
            // A process is nobody's descendant twice; the test keeps a circle, which cannot be, from going on for ever.
            members += (children[members[at]] ?? []).filter { !members.contains($0) }.sorted()
            at += 1
        }
        self.members = members
    }

    static func stat(_ id: Int32) -> ProcessFacts.Stat? {
        (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)).flatMap(ProcessFacts.Stat.init)
    }

    static func status(_ path: String) -> ProcessFacts.Status? {
        (try? String(contentsOfFile: "/proc/\(path)/status", encoding: .utf8)).map(ProcessFacts.Status.init)
    }

    /// Processor seconds of all members and of their children that have ended.
    var cpuSeconds: Double {
        members.reduce(0) { sum, id in
            var clock = clockid_t()
            var now = timespec()
            guard clock_getcpuclockid(id, &clock) == 0, clock_gettime(clock, &now) == 0 else { return sum }
            let ended = Double(Self.stat(id)?.childrenTicks ?? 0) / Double(sysconf(Int32(_SC_CLK_TCK)))
            return sum + Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 + ended
        }
    }

    /// Threads and memory of all members. What two processes share counts twice.
    var usage: (threads: Int, residentBytes: Int, peakResidentBytes: Int) {
        members.compactMap { Self.status("\($0)") }.reduce(into: (0, 0, 0)) { sum, status in
            sum.0 += status.threads
            sum.1 += status.residentBytes
            sum.2 += status.peakResidentBytes
        }
    }

    /// Of the threads that there are now: those that have ended are in none of these files.
    var switches: ContextSwitches {
        members.reduce(ContextSwitches()) { sum, id in
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
            return threads.reduce(sum) { $0 + (Self.status("\(id)/task/\($1)")?.switches ?? ContextSwitches()) }
        }
    }
}
