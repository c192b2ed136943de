import Foundation
import PyroPartnerInterface
package import PyroWire
package import RemoteObjects

/// Everything that a Swift program does with an object of another process.
package struct Operations {
    private let partner: $Partner<PyroActorSystem>
    private let system: PyroActorSystem

    package init(_ id: RemoteObjectID, _ system: PyroActorSystem) throws {
        self.system = system
        partner = try $Partner.resolve(id: id, using: system)
    }

    /// One JSON object an operation: its name, and what was wrong when something was.
    package func outcomes() async throws -> [String] {
        // Others call an object that is passed to them.
        let server = try await PyroServer(system, port: 0)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            var lines: [String] = []
            for (name, operation) in all {
                var line = ["operation": name]
                do { try await operation() } catch { line["failure"] = "\(error)" }
                lines.append(String(decoding: try JSONEncoder().encode(line), as: UTF8.self))
            }
            group.cancelAll()
            return lines
        }
    }

    private struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    private func expect<Value: Equatable>(_ found: Value, _ wanted: Value) throws {
        guard found == wanted else { throw Unexpected(description: "\(found) in place of \(wanted)") }
    }

    private var all: [(String, () async throws -> Void)] {
        [
            ("call with arguments", { try expect(await partner.add(20, to: 22), 42) }),
            (
                "text",
                {
                    try expect(
                        await partner.echo("h\u{e9}llo 'x' \"y\" \u{1F600}\n\\"), "h\u{e9}llo 'x' \"y\" \u{1F600}\n\\")
                }
            ),
            ("no result", { try await partner.nothing() }),
            ("values", values),
            ("value by value", order),
            ("attribute", attribute),
            ("one-way", oneWay),
            ("builtin exception", builtin),
            ("exception of its own type", typed),
            ("stream", { try expect(await numbers(try await partner.count(upTo: 50)), Array(0..<50)) }),
            ("stream that fails", brokenStream),
            ("stream left early", leftStream),
            ("reference as result", { try expect(await partner.child("small").object.name(), "small") }),
            ("reference as argument", argument),
            ("reference that comes back", comesBack),
            ("calls side by side", sideBySide),
            ("big value", { try expect(await partner.echo(String(repeating: "x", count: 1 << 20)).count, 1 << 20) }),
            ("unknown object", unknownObject),
            ("cancelled call", cancelled),
        ]
    }

    private func values() async throws {
        let values: [PyroValue] = [
            .none, true, false, 0, -1, .int(.max), .int(.min), 1.5, -0.0, .float(.infinity), "", "text",
            .list([1, "two", .none]), .dict([PyroEntry(key: "key", value: .list([1, 2]))]),
        ]
        for value in values { try expect(await partner.anything(value), value) }
        try expect(await partner.anything(.bigInt("1180591620717411303424")), .bigInt("1180591620717411303424"))
    }

    private func order() async throws {
        let item = Item(title: "box", price: 9.5, tags: ["a", "b"], parts: [Item(title: "lid", price: 1, note: "n")])
        try expect(await partner.order(item), item)
    }

    private func attribute() async throws {
        try await partner.setSize(7)
        try expect(await partner.size(), 7)
    }

    private func oneWay() async throws {
        let before = try await partner.size()
        try await partner.grow(5)
        for _ in 0..<500 where try await partner.size() == before { try await Task.sleep(for: .milliseconds(10)) }
        try expect(await partner.size(), before + 5)
    }

    private func builtin() async throws {
        do {
            _ = try await partner.fail("bad value")
            throw Unexpected(description: "no error")
        } catch let exception as PyroException {
            try expect(exception.name, "ValueError")
            try expect(exception.message, "bad value")
        }
    }

    private func typed() async throws {
        do {
            _ = try await partner.withdraw(3)
            throw Unexpected(description: "no error")
        } catch let error as Overdrawn {
            try expect(error, Overdrawn(missing: 3))
        } catch let exception as PyroException {
            // Python knows no Swift types; its own one says what it is.
            try expect(exception.name, "ValueError")
        }
    }

    private func numbers(_ stream: RemoteStream<Int>) async throws -> [Int] {
        var numbers: [Int] = []
        for try await number in stream { numbers.append(number) }
        return numbers
    }

    private func brokenStream() async throws {
        var numbers: [Int] = []
        do {
            for try await number in try await partner.breakingCount() { numbers.append(number) }
        } catch {
            return try expect(numbers, [0, 1])
        }
        throw Unexpected(description: "no error after \(numbers)")
    }

    private func leftStream() async throws {
        for try await number in try await partner.count(upTo: 1_000_000) where number == 3 { break }
        try expect(await partner.echo("after"), "after")
    }

    private func argument() async throws {
        let mine = Thing("mine", actorSystem: system)
        try expect(await partner.nameOf(Reference(to: mine)), "mine")
    }

    private func comesBack() async throws {
        let child = try await partner.child("theirs")
        try expect(await partner.nameOf(child), "theirs")
    }

    private func sideBySide() async throws {
        let partner = partner
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                group.addTask { try await partner.add(number, to: 1) == number + 1 }
            }
            for try await isRight in group { try expect(isRight, true) }
        }
    }

    private func unknownObject() async throws {
        let id = try RemoteObjectID("PYRO:nobody@\(partner.id.location ?? "")")
        do {
            _ = try await $Partner.resolve(id: id, using: system).name()
        } catch let exception as PyroException {
            return try expect(exception.message, "unknown object")
        }
        throw Unexpected(description: "no error")
    }

    private func cancelled() async throws {
        let partner = partner
        let call = Task { try await partner.sleep(5) }
        try await Task.sleep(for: .milliseconds(200))
        call.cancel()
        do { _ = try await call.value } catch RemoteObjectError.outcomeUnknown { return }
        throw Unexpected(description: "the cancelled call went on")
    }
}
