package import Foundation

/// The machine that figures were measured on.
package struct Machine: Sendable {
    package var processor: String
    package var cores: Int
    package var memoryBytes: Int
    package var kernel: String
    /// Processes that ran or wanted to, in the last minute before: figures say something when nothing else runs.
    package var load: Double
    package var date: Date
    /// Of mboard.
    package var version: String

    package init(
        processor: String, cores: Int, memoryBytes: Int, kernel: String, load: Double, date: Date, version: String
    ) {
        self.processor = processor
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.kernel = kernel
        self.load = load
        self.date = date
        self.version = version
    }

    /// This machine, now.
    package init(version: String, date: Date = Date()) {
        func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        var system = utsname()
        uname(&system)
        func name<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        self.init(
            processor: Self.processor(text("/proc/cpuinfo")) ?? name(system.machine),
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memoryBytes: Int(clamping: ProcessInfo.processInfo.physicalMemory),
            kernel: "\(name(system.sysname)) \(name(system.release))",
            load: text("/proc/loadavg").split(separator: " ").first.flatMap { Double($0) } ?? 0, date: date,
            version: version)
    }

    /// The first processor's name in the text of /proc/cpuinfo; `nil` where the kernel does not tell.
    package static func processor(_ text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":", maxSplits: 1).last }
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Names and values, for people.
    var facts: [(name: String, value: String)] {
        [
            ("processor", processor), ("cores", "\(cores)"), ("memory", size(bytes: Double(memoryBytes))),
            ("kernel", kernel), ("date", date.formatted(.iso8601)), ("mboard", version),
            ("load before", decimal(load, 2)),
        ]
    }
}
