import MessageBoard

extension BoardConformance {
    static let reading = [
        Case("a number that nobody was given is not found") { board in
            try await publish("one", board)
            for id in [MessageID(-1), 0, 2, .max, .min] {
                do {
                    _ = try await board.message(id)
                    throw Failure(description: "message \(id) was found")
                } catch let error as BoardError {
                    try expectEqual(error, .messageNotFound(id), "the error for \(id)")
                }
            }
        },
        Case("the last messages of a board come oldest first, without those of other boards") { board in
            let other = BoardName("other")!
            for number in 1...6 {
                try await publish("\(number)", board)
                try await publish("other \(number)", on: other, board)
            }
            try expectEqual(texts(try await board.last(3)), ["4", "5", "6"], "the last three")
            try expectEqual(texts(try await board.last(100, of: other)).count, 6, "messages on the other board")
            try expectEqual(texts(try await board.last(0)), [], "the last none")
            try expectEqual(try await board.last(.max).count, 6, "messages, when more than all are asked for")
        },
        Case("an empty board has an empty range and no messages") { board in
            let range = try await board.range(ofLast: nil, of: .public)
            try expect(range.isEmpty, "the range is empty")
            try expectEqual(try await board.ids(in: range, limit: 10), [], "its numbers")
            try expectEqual(try await board.last(10), [], "its messages")
        },
        Case("pages of a range follow on one another without a gap") { board in
            var published: [MessageID] = []
            for number in 0..<25 { published.append(try await publish("\(number)", board).id) }
            var range = try await board.range(ofLast: nil, of: .public)
            var read: [MessageID] = []
            while !range.isEmpty {
                let page = try await board.messages(in: range, page: PageLimit(messages: 7, bytes: 1_000))
                guard let newest = page.last else { break }
                try expect(page.count <= 7, "a page holds 7 at most")
                read += page.map(\.id)
                range.after = newest.id
            }
            try expectEqual(read, published, "the numbers read")
            let range2 = MessageRange(board: .public, after: published[4], through: published[9])
            try expectEqual(try await board.ids(in: range2, limit: 3), Array(published[5...7]), "numbers of a part")
        },
        Case("a page ends before it is over its bytes, but holds one message at least") { board in
            for _ in 0..<3 { try await publish(String(repeating: "x", count: 600), board) }
            let range = try await board.range(ofLast: nil, of: .public)
            let counts = [
                try await board.messages(in: range, page: PageLimit(messages: 10, bytes: 1_000)).count,
                try await board.messages(in: range, page: PageLimit(messages: 10, bytes: 1_200)).count,
                try await board.messages(in: range, page: PageLimit(messages: 10, bytes: 1)).count,
            ]
            try expectEqual(counts, [1, 2, 1], "messages in pages of 1000, 1200 and 1 bytes")
        },
        Case("the messages of several boards come in the order of their numbers, page by page") { board in
            let names = ["news.a", "news.b", "other", "news.c"].map { BoardName($0)! }
            var published: [(id: MessageID, board: BoardName)] = []
            for number in 0..<24 {
                let name = names[number % 4]
                published.append((try await publish("\(number)", on: name, board).id, name))
            }
            for (text, expected) in [("*", published), ("news.*", published.filter { $0.board != names[2] })] {
                let ids = expected.map(\.id)
                var range = try await board.range(ofLast: nil, of: BoardPattern(text)!)
                try expectEqual(try await board.ids(in: range, limit: 5), Array(ids.prefix(5)), "first of \(text)")
                try expectEqual(range.through, ids.last ?? 0, "the end of \(text)")
                var read: [MessageID] = []
                while true {
                    let page = try await board.messages(in: range, page: PageLimit(messages: 5, bytes: 1_000))
                    guard let newest = page.last else { break }
                    read += page.map(\.id)
                    range.after = newest.id
                }
                try expectEqual(read, ids, "the numbers of \(text)")
                let last = try await board.range(ofLast: 4, of: BoardPattern(text)!)
                try expectEqual(try await board.ids(in: last, limit: 5), ids.suffix(4), "the last 4 of \(text)")
                let none = try await board.range(ofLast: 0, of: BoardPattern(text)!)
                try expect(none.isEmpty, "the last none of \(text)")
            }
        },
        Case("a pattern that no board matches has no messages") { board in
            try await publish("one", board)
            let range = try await board.range(ofLast: 10, of: BoardPattern("x*")!)
            try expect(range.isEmpty, "the range is empty")
            let all = MessageRange(boards: BoardPattern("x*")!, after: 0)
            try expectEqual(texts(try await board.messages(in: all, page: PageLimit())), [], "its messages")
        },
        Case("every board that has a message is listed with its newest number") { board in
            try expectEqual(board.newestIDs(), [:], "the list of an empty server")
            try await publish("one", board)
            let other = try await publish("two", on: BoardName("other")!, board).id
            let newest = try await publish("three", board).id
            try expectEqual(board.newestIDs(), [.public: newest, BoardName("other")!: other], "the list")
        },
        Case("a range ends where it said, whatever is published since") { board in
            try await publish("one", board)
            let range = try await board.range(ofLast: nil, of: .public)
            try await publish("two", board)
            try expectEqual(texts(try await board.messages(in: range, page: PageLimit())), ["one"], "the range")
        },
    ]

    static let subscribing = [
        Case("a subscription gives what is stored, then what arrives, each once and in order") { board in
            for number in 0..<10 { try await publish("\(number)", board) }
            try await withThrowingTaskGroup(of: [String].self) { group in
                group.addTask { try await read(60, after: 0, board) }
                for number in 10..<60 {
                    try await publish("elsewhere", on: BoardName("other")!, board)
                    try await publish("\(number)", board)
                }
                try expectEqual(try await group.next() ?? [], (0..<60).map(String.init), "what was read")
            }
        },
        Case("a subscription resumes after a number") { board in
            let first = try await publish("one", board).id
            try await publish("two", board)
            try expectEqual(try await read(1, after: first, board), ["two"], "the first message")
        },
        Case("a wait that is cancelled ends, and says so") { board in
            let ended = await withTaskGroup(of: BoardError?.self) { group in
                group.addTask {
                    do throws(BoardError) { try await board.waitForMessage(after: 0, on: .public) } catch {
                        return error
                    }
                    return nil
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            try expectEqual(ended, .cancelled, "how the wait ended")
        },
        Case("a wait for several boards ends with a message of one of them, and of no other") { board in
            let pattern = BoardPattern("news.*")!
            try await publish("elsewhere", on: BoardName("other")!, board)
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask {
                    try await board.waitForMessage(after: 0, on: pattern)
                    let range = MessageRange(boards: pattern, after: 0)
                    return texts(try await board.messages(in: range, page: PageLimit())).joined(separator: " ")
                }
                group.addTask {
                    try await board.waitForMessage(after: 2, on: .all)
                    return ""
                }
                try await publish("elsewhere", on: BoardName("other")!, board)
                try await publish("news", on: BoardName("news.eu")!, board)
                var ended: [String] = []
                for try await text in group { ended.append(text) }
                try expectEqual(ended.sorted(), ["", "news"], "what the waits ended with")
            }
        },
        Case("many waits for different boards each end when their own message comes") { board in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    let name = BoardName("board-\(number)")!
                    group.addTask { try await board.waitForMessage(after: 0, on: name) }
                    group.addTask { try await publish("x", on: name, board) }
                }
                try await group.waitForAll()
            }
        },
    ]
}

/// The first messages that a subscription gives.
private func read(_ count: Int, after id: MessageID, _ board: some Board) async throws -> [String] {
    var read: [String] = []
    for try await message in board.subscribe(after: id) {
        read += texts([message])
        if read.count == count { break }
    }
    return read
}
