import Foundation
import Lab
import ServerModels
import Testing

struct ResumeFileTests {
    private static let (one, other) = (Samples.cell(.sequential), Samples.cell(.prefork(4)))

    /// A directory of the test's own.
    private static func inDirectory(_ test: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "mboard-resume-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try test(directory.appending(path: "report.jsonl").path)
    }

    private static func write(_ path: String, _ change: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        change(&data)
        try data.write(to: URL(filePath: path))
    }

    @Test func `a finished cell is found again, any other is not`() throws {
        try Self.inDirectory { path in
            try ResumeFile(path: path, version: "1").append(Self.one, Samples.held())
            let file = try ResumeFile(path: path, version: "1")
            #expect(file[Self.one]?.record.clients == Samples.held().record.clients)
            #expect(file[Self.one]?.counters?.queuedPeak == 4)
            #expect(file[Self.other] == nil)
            var longer = Self.one
            longer.load.timeout += 1
            #expect(file[longer] == nil)
            #expect(file.damagedLines == 0)
        }
    }

    @Test(arguments: [1, 2, 100])
    func `a last line that is cut is measured again, and does not spoil the next`(cut: Int) throws {
        try Self.inDirectory { path in
            let file = try ResumeFile(path: path, version: "1")
            try file.append(Self.one, Samples.held())
            try file.append(Self.other, Samples.held())
            try Self.write(path) { $0.removeLast(cut) }
            let again = try ResumeFile(path: path, version: "1")
            #expect(again[Self.one] != nil)
            // Without its newline alone, the line is whole.
            #expect((again[Self.other] != nil) == (cut == 1))
            #expect(again.damagedLines == (cut == 1 ? 0 : 1))
            try again.append(Self.other, Samples.held())
            let last = try ResumeFile(path: path, version: "1")
            #expect(last[Self.one] != nil && last[Self.other] != nil)
        }
    }

    @Test func `damage in the middle loses that line alone`() throws {
        try Self.inDirectory { path in
            let file = try ResumeFile(path: path, version: "1")
            try file.append(Self.one, Samples.held())
            try file.append(Self.other, Samples.held())
            try Self.write(path) { $0.replaceSubrange(20..<30, with: Data([0xFF, 0, 0x7B, 0x22])) }
            let again = try ResumeFile(path: path, version: "1")
            #expect(again[Self.one] == nil && again[Self.other] != nil)
            #expect(again.damagedLines == 1)
        }
    }

    @Test func `what another version measured is measured again`() throws {
        try Self.inDirectory { path in
            try ResumeFile(path: path, version: "1").append(Self.one, Samples.held())
            #expect(try ResumeFile(path: path, version: "2")[Self.one] == nil)
        }
    }

    @Test func `starting anew forgets everything`() throws {
        try Self.inDirectory { path in
            try ResumeFile(path: path, version: "1").append(Self.one, Samples.held())
            #expect(try ResumeFile(path: path, version: "1", startsAnew: true)[Self.one] == nil)
            #expect(try ResumeFile(path: path, version: "1")[Self.one] == nil)
        }
    }

    @Test func `a file that cannot be made is told with its name`() {
        #expect {
            try ResumeFile(path: "/nowhere/at/all.jsonl", version: "1")
        } throws: { error in
            "\(error)".hasPrefix("/nowhere/at/all.jsonl: ")
        }
    }
}
