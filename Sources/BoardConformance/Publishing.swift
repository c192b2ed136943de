import MessageBoard

extension BoardConformance {
    static let publishing = [
        Case("numbers are positive and strictly increasing over all boards") { board in
            var previous: MessageID = 0
            for (text, name) in [("a", "public"), ("b", "other"), ("c", "public"), ("d", "third")] {
                let id = try await publish(text, on: BoardName(name)!, board).id
                try expect(id > previous, "\(id) follows \(previous)")
                previous = id
            }
        },
        Case("a message comes back with everything it was published with") { board in
            let attributes = try Attributes(["title": "Grüße", "priority": "5"])
            let origin = Origin(address: "2001:db8::1", port: 65_535, road: Road("test"))
            let body: [UInt8] = [0, 0xFF, 0xFE, 0x3A, 0x0A, 0]
            let draft = try Draft(
                board: BoardName("notes")!, author: "Ada", attributes: attributes, body: body, origin: origin)
            let publication = try await board.publish(draft)
            let message = try await board.message(publication.id)
            try expectEqual(message, Message(draft, id: publication.id, time: publication.time), "the message")
        },
        Case("an empty message is a message") { board in
            let id = try await publish("", board).id
            try expectEqual(try await board.message(id).body, [], "its body")
        },
        Case("a message of a megabyte comes back whole") { board in
            let body = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let origin = Origin(address: "192.0.2.1", port: 1, road: Road("test"))
            let id = try await board.publish(Draft(body: body, origin: origin)).id
            try expect(try await board.message(id).body == body, "the body is the same")
        },
        Case("messages that are published at the same time all get numbers of their own") { board in
            let ids = try await withThrowingTaskGroup(of: MessageID.self) { group in
                for number in 0..<100 { group.addTask { try await publish("\(number)", board).id } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            try expectEqual(ids.count, 100, "different numbers")
            try expectEqual(try await board.last(1_000).count, 100, "messages on the board")
        },
    ]

    static let repeating = [
        Case("the same request id from the same author publishes once") { board in
            let first = try await publish("one", author: "ada", requestID: "r", from: "192.0.2.1", board)
            let second = try await publish("two", author: "ada", requestID: "r", from: "192.0.2.2", board)
            try expectEqual(
                second, Publication(id: first.id, time: first.time, isRepeat: true), "the answer to the repeat")
            try expectEqual(texts(try await board.last(10)), ["one"], "the board")
        },
        Case("the same request id from the same address publishes once when nobody gives an author") { board in
            let first = try await publish("one", requestID: "r", board)
            let second = try await publish("two", requestID: "r", board)
            try expectEqual(second.id, first.id, "the repeat's number")
        },
        Case("the same request id from others is another request") { board in
            let ids = [
                try await publish("one", author: "ada", requestID: "r", board).id,
                try await publish("two", author: "bob", requestID: "r", board).id,
                try await publish("three", requestID: "r", board).id,
                try await publish("four", author: "192.0.2.1", requestID: "r", board).id,
                try await publish("five", requestID: "r", from: "192.0.2.9", board).id,
            ]
            try expectEqual(Set(ids).count, ids.count, "different numbers")
        },
        Case("messages without a request id are never repeats") { board in
            try await publish("same", board)
            try await publish("same", board)
            try expectEqual(try await board.last(10).count, 2, "messages on the board")
        },
        Case("a request sent many times at once publishes once") { board in
            let ids = try await withThrowingTaskGroup(of: MessageID.self) { group in
                for _ in 0..<50 { group.addTask { try await publish("x", requestID: "r", board).id } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            try expectEqual(ids.count, 1, "different numbers")
        },
    ]
}
