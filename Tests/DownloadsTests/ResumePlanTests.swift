import Downloads
import Testing

/// What is asked for, and what an answer means, when a part of a file is there.
struct ResumePlanTests {
    private static let url = "http://host/file"
    private static let tag = "\"one\""

    private static func record(_ validator: String? = tag, length: Int? = 1_000, url: String = url) -> PartRecord {
        PartRecord(url: url, validator: validator, length: length)
    }

    private static let resumable = ResumePlan(url: url, held: 400, record: record())

    @Test func `a part with a validator is asked for from its end on`() throws {
        let request = try #require(Self.resumable.request)
        #expect(request.range == "bytes=400-")
        #expect(request.ifRange == Self.tag)
    }

    @Test(
        arguments: [
            (400, nil),
            (0, record()),
            (400, record(nil)),
            (400, record(url: "http://host/other")),
            (1_001, record()),
        ] as [(Int, PartRecord?)])
    func `what cannot be resumed safely is asked for from zero`(held: Int, record: PartRecord?) {
        let plan = ResumePlan(url: Self.url, held: held, record: record)
        #expect(plan.request == nil)
        #expect(plan.held == 0)
    }

    @Test func `all bytes may be there already, and the server is asked all the same`() {
        #expect(ResumePlan(url: Self.url, held: 1_000, record: Self.record()).request?.range == "bytes=1000-")
    }

    struct Case: Sendable {
        let name: String
        let head: AnswerHead
        let decision: ResumePlan.Decision
    }

    private static func refused(_ range: String, length: Int? = nil) -> ResumePlan.Decision {
        let but = length.map { ", but Content-Length: \($0)" } ?? ", though the bytes from 400 on were asked for"
        return .fail(.misfit("Content-Range: \(range)" + but))
    }

    private static let answers = [
        Case(
            name: "the rest", head: AnswerHead(status: 206, length: 600, range: "bytes 400-999/1000", entityTag: tag),
            decision: .rest(upTo: 1_000, record())),
        Case(
            name: "the rest, without a tag", head: AnswerHead(status: 206, range: "bytes 400-999/1000"),
            decision: .rest(upTo: 1_000, record())),
        Case(
            name: "less than the rest", head: AnswerHead(status: 206, range: "bytes 400-499/1000"),
            decision: .rest(upTo: 500, record())),
        Case(
            name: "the rest of an unknown whole", head: AnswerHead(status: 206, range: "bytes 400-999/*"),
            decision: .rest(upTo: 1_000, record())),
        Case(
            name: "another version, If-Range ignored",
            head: AnswerHead(status: 206, range: "bytes 400-999/1000", entityTag: "\"two\""), decision: .startOver),
        Case(
            name: "another length", head: AnswerHead(status: 206, range: "bytes 400-998/999", entityTag: tag),
            decision: .startOver),
        Case(
            name: "a range that begins before", head: AnswerHead(status: 206, range: "bytes 399-999/1000"),
            decision: refused("bytes 399-999/1000")),
        Case(
            name: "a range that begins behind", head: AnswerHead(status: 206, range: "bytes 401-999/1000"),
            decision: refused("bytes 401-999/1000")),
        Case(
            name: "a range that ends behind the whole", head: AnswerHead(status: 206, range: "bytes 400-1000/1000"),
            decision: refused("bytes 400-1000/1000")),
        Case(name: "no range", head: AnswerHead(status: 206, length: 600), decision: refused("none")),
        Case(
            name: "two lengths", head: AnswerHead(status: 206, length: 601, range: "bytes 400-999/1000"),
            decision: refused("bytes 400-999/1000", length: 601)),
        Case(
            name: "the whole file", head: AnswerHead(status: 200, length: 1_000, entityTag: tag),
            decision: .whole(record())),
        Case(
            name: "the whole of another version", head: AnswerHead(status: 200, length: 7, entityTag: "\"two\""),
            decision: .whole(record("\"two\"", length: 7))),
        Case(
            name: "the whole file, of unknown length", head: AnswerHead(status: 200, entityTag: "W/\"weak\""),
            decision: .whole(record(nil, length: nil))),
        Case(
            name: "nothing there, the file is longer", head: AnswerHead(status: 416, range: "bytes */1000"),
            decision: .startOver),
        Case(name: "nothing there, no word why", head: AnswerHead(status: 416), decision: .startOver),
        Case(
            name: "nothing left", head: AnswerHead(status: 416, range: "bytes */400", entityTag: tag),
            decision: .nothingLeft),
        Case(
            name: "as long, but another one", head: AnswerHead(status: 416, range: "bytes */400", entityTag: "\"two\""),
            decision: .startOver),
        Case(name: "not there", head: AnswerHead(status: 404), decision: .fail(.refused(status: 404))),
        Case(name: "no content", head: AnswerHead(status: 204), decision: .fail(.refused(status: 204))),
        Case(name: "a redirect to nowhere", head: AnswerHead(status: 302), decision: .fail(.refused(status: 302))),
        Case(
            name: "busy", head: AnswerHead(status: 503, retryAfter: "7"),
            decision: .fail(.busy(status: 503, retryAfter: .seconds(7)))),
        Case(name: "too many", head: AnswerHead(status: 429), decision: .fail(.busy(status: 429, retryAfter: nil))),
        Case(name: "too late", head: AnswerHead(status: 408), decision: .fail(.busy(status: 408, retryAfter: nil))),
    ]

    @Test(arguments: answers)
    func `each answer to a request for the rest has its meaning`(_ answer: Case) {
        #expect(Self.resumable.decide(answer.head) == answer.decision, "\(answer.name)")
    }

    @Test func `a part is an error, and no range a refusal, when all was asked for`() {
        let plan = ResumePlan(url: Self.url, held: 0, record: nil)
        let part = plan.decide(AnswerHead(status: 206, length: 1_000, range: "bytes 0-999/1000"))
        #expect(part == .fail(.misfit("part of the file (206), though all of it was asked for")))
        #expect(plan.decide(AnswerHead(status: 416, range: "bytes */0")) == .fail(.refused(status: 416)))
    }
}

/// The fields of an answer that decide whether bytes belong together.
struct AnswerFieldTests {
    private static let sunday = "Sun, 06 Nov 1994 08:49:37 GMT"

    @Test(
        arguments: [
            ("\"a\"", nil, nil, "\"a\""),
            ("\"\"", sunday, sunday, "\"\""),
            ("W/\"a\"", sunday, "Sun, 06 Nov 1994 09:49:37 GMT", nil),
            ("a", nil, nil, nil),
            ("\"a\" \"b\"", nil, nil, nil),
            ("\"\u{7F}\"", nil, nil, nil),
            (nil, sunday, "Sun, 06 Nov 1994 08:49:38 GMT", sunday),
            (nil, sunday, sunday, nil),
            (nil, sunday, nil, nil),
            (nil, "yesterday", sunday, nil),
            (nil, nil, sunday, nil),
        ] as [(String?, String?, String?, String?)])
    func `only a strong validator makes resuming safe`(
        tag: String?, changed: String?, date: String?, validator: String?
    ) {
        let head = AnswerHead(status: 200, entityTag: tag, lastModified: changed, date: date)
        #expect(head.validator == validator)
    }

    @Test func `an entity tag is kept up to its bound`() {
        let longest = "\"" + String(repeating: "a", count: DownloadLimits.validatorBytes - 2) + "\""
        #expect(AnswerHead(status: 200, entityTag: longest).validator == longest)
        #expect(AnswerHead(status: 200, entityTag: "\"a" + longest.dropFirst()).validator == nil)
    }

    @Test(
        arguments: [
            ("0", nil, .zero),
            ("120", nil, .seconds(120)),
            ("99999999999", nil, .seconds(1_000_000_000)),
            ("-1", nil, nil),
            ("1.5", nil, nil),
            ("Mon, 07 Nov 1994 00:00:07 GMT", "Sun, 06 Nov 1994 23:59:57 GMT", .seconds(10)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT", .zero),
            ("Wed, 01 Mar 2000 00:00:00 GMT", "Mon, 28 Feb 2000 23:59:59 GMT", .seconds(86_401)),
            ("Mon, 01 Mar 2100 00:00:00 GMT", "Sun, 28 Feb 2100 23:59:59 GMT", .seconds(1)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil),
            ("Sun, 06 Foo 1994 08:49:37 GMT", sunday, nil),
            ("Sun, 06 Nov 1994 8:49:37 GMT", sunday, nil),
        ] as [(String, String?, Duration?)])
    func `a server asks to wait by seconds or by a time`(field: String, date: String?, pause: Duration?) {
        #expect(AnswerHead(status: 503, date: date, retryAfter: field).retryPause == pause)
    }

    @Test(
        arguments: [
            "", "bytes", "bytes 0-9", "bytes 0-9/", "bytes 9-0/10", "bytes 0-10/10", "bytes -5/10", "bytes 0-/10",
            "bytes +0-9/10", "bytes */*", "bytes 0-9/1e3", "items 0-9/10", "bytes 0-9/99999999999999999999",
            "bytes 0-99999999999999999999/*", "bytes 0-4,5-9/10", "bytes 0-9223372036854775807/*",
        ])
    func `a range that says nothing certain is not read`(field: String) {
        #expect(ContentRange(field) == nil)
    }

    @Test func `a range is read`() {
        #expect(ContentRange("bytes 5-9/10")?.bytes == 5...9)
        #expect(ContentRange("Bytes  5-9/*")?.whole == nil)
        #expect(ContentRange("bytes */10")?.whole == 10)
    }
}
