import Foundation
import PyroWire
import RemoteObjects
import Synchronization
import Testing

/// What becomes of names when their server ends, and when it cannot write.
struct NameStoreTests {
    @Test func `a server that starts again on the same file knows all names`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteNameStore(path: directory.file("deep/names.sqlite"))
        let server = try await NamesForTests(store)
        try await server.register("a", "PYRO:a@host:1", .tags("x", "ü"))
        try await server.register("b", "PYRO:b@host:1")
        try await server.register("c", "pyro:c@./u:/tmp/socket")
        try await server.register("c.d")
        try await server.names.set_metadata(name: "b", metadata: .tags("z"))
        #expect(try await server.names.remove(name: nil, prefix: "c.", regex: nil) == 1)
        let names = try await server.all(metadata: true)
        #expect(names.keys == ["a", "b", "c"])
        try store.close()
        let again = try await NamesForTests(try SQLiteNameStore(path: directory.file("deep/names.sqlite")))
        #expect(try await again.all(metadata: true) == names)
    }

    @Test func `a file is one server's at a time`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("names.sqlite")
        let first = try SQLiteNameStore(path: path)
        #expect(throws: NameStoreError.inUse(path: path)) { try SQLiteNameStore(path: path) }
        try first.close()
        _ = try SQLiteNameStore(path: path)
    }

    @Test func `files that are something else are left alone`() throws {
        let directory = try TemporaryDirectory()
        let text = directory.file("text")
        let words = Data(String(repeating: "no database ", count: 100).utf8)
        try words.write(to: URL(filePath: text))
        let error = #expect(throws: NameStoreError.self) { try SQLiteNameStore(path: text) }
        #expect(error.map { if case .damaged = $0 { true } else { false } } == true)
        #expect(try Data(contentsOf: URL(filePath: text)) == words)
        #expect(throws: NameStoreError.self) { try SQLiteNameStore(path: directory.path) }
        #expect(throws: NameStoreError.self) { try SQLiteNameStore(path: text + "/names.sqlite") }
    }

    @Test func `a change that cannot be written is told, and written with the next one`() async throws {
        let store = FailingStore()
        let server = try await NamesForTests(store)
        store.fails.withLock { $0 = true }
        let words = await exception { try await server.register("a") }
        #expect(
            words
                == "NamingError: the change is made, but the name server could not write it to its file: its log says why"
        )
        #expect(store.names.withLock { $0 } == [])
        store.fails.withLock { $0 = false }
        try await server.register("b")
        #expect(store.names.withLock { $0 } == ["a", "b"])
    }

    @Test func `names that cannot be written are bounded too`() async throws {
        var limits = NameServerLimits()
        limits.names = 2
        let store = FailingStore()
        store.fails.withLock { $0 = true }
        let server = try await NamesForTests(store, limits: limits)
        for name in ["a", "b"] {
            _ = await exception { try await server.register(name) }
            _ = await exception { _ = try await server.names.remove(name: .string(name), prefix: nil, regex: nil) }
        }
        let words = await exception { try await server.register("c") }
        #expect(words == "NamingError: nothing can be registered until the name server can write its file")
    }

    @Test func `of changes made at once none is lost`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteNameStore(path: directory.file("names.sqlite"))
        let server = try await NamesForTests(store)
        try await withThrowingDiscardingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    try await server.register("name.\(number)", "PYRO:x@host:\(number + 1)")
                    if number % 3 == 0 {
                        _ = try await server.names.remove(name: .string("name.\(number)"), prefix: nil, regex: nil)
                    }
                }
            }
        }
        #expect(Set(try await store.load().keys) == Set(try await server.allNames()))
        #expect(try await server.allNames().count == 133)
    }
}

/// Fails when it is told to.
private final class FailingStore: NameStore {
    struct Failure: Error {}

    let fails = Mutex(false)
    let names = Mutex(Set<String>())

    func load() async throws -> [String: NameRecord] { [:] }

    func save(_ changes: [String: NameRecord?]) async throws {
        if fails.withLock({ $0 }) { throw Failure() }
        names.withLock { names in
            for (name, record) in changes {
                if record == nil { names.remove(name) } else { names.insert(name) }
            }
        }
    }
}
