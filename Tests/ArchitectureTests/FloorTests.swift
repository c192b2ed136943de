import Foundation
import Testing

/// The house of docs/architecture.md: imports point down only.
struct FloorTests {
    /// The floor of every module. A new one gets its place here.
    private static let floors = [
        "MessageBoard": 0, "BoardConformance": 0, "Base64": 0, "BoardWire": 0, "XMLRPC": 0,
        "CDistributedFunctions": 0, "CZlib": 0, "PyroWire": 0, "SeededRandom": 0,
        "CLinux": 0, "BoardStore": 1, "Multicast": 1, "RemoteObjects": 1, "ServerModels": 1, "XMLRPCClient": 1,
        "BoardServer": 2, "BoardClient": 2, "Downloads": 2,
        "Lab": 3, "mboard": 3, "PyroDump": 3, "PyroPartner": 3, "PyroPartnerInterface": 3, "ServerForTests": 3,
        "XMLRPCExampleServer": 3, "XMLRPCExampleClient": 3,
        "RemoteObjectsExample": 3, "RemoteObjectsExampleInterface": 3,
    ]

    @Test func `no target depends on one of a higher floor, nor on a neighbour on floors 1 and 2`() throws {
        let targets = try Self.targets()
        try #require(!targets.isEmpty)
        for target in targets where target.type != "test" {
            let floor = try #require(Self.floors[target.name], "\(target.name) has no floor in this test")
            for dependency in target.dependencies {
                guard let below = Self.floors[dependency] else { continue }  // a library from outside
                #expect(
                    below < floor || floor == 0 || floor == 3,
                    "\(target.name) on floor \(floor) depends on \(dependency) on floor \(below)")
            }
        }
    }

    @Test func `the ground floor needs no library from outside`() throws {
        for target in try Self.targets() where Self.floors[target.name] == 0 && target.type != "test" {
            for dependency in target.dependencies {
                #expect(Self.floors[dependency] == 0, "\(target.name) depends on \(dependency)")
            }
        }
    }

    @Test func `no source file is over 500 lines`() throws {
        var files = 0
        for folder in ["Sources", "Tests"] {
            let root = Self.root.appending(path: folder)
            let paths = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
            for case let file as URL in paths where file.pathExtension == "swift" {
                files += 1
                let lines = try String(contentsOf: file, encoding: .utf8).split(
                    separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count <= 500, "\(file.lastPathComponent) has \(lines.count) lines")
            }
        }
        #expect(files > 20)
    }

    private struct Target {
        let name: String
        let type: String
        let dependencies: [String]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The package's targets as the package manager reads the manifest.
    private static func targets() throws -> [Target] {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "mboard-manifest-\(UUID())")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path, "dump-package",
        ]
        let output = scratch.appendingPathExtension("json")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let json = try Data(contentsOf: output)
        let manifest = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        let targets = try #require(manifest["targets"] as? [[String: Any]])
        return targets.map { target in
            let dependencies = (target["dependencies"] as? [[String: Any]] ?? []).compactMap { dependency in
                (dependency["byName"] as? [Any] ?? dependency["product"] as? [Any])?.first as? String
            }
            return Target(
                name: target["name"] as? String ?? "", type: target["type"] as? String ?? "", dependencies: dependencies
            )
        }
    }
}
