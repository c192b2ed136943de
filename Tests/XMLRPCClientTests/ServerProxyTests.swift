import Foundation
import Testing
import XMLRPC
import XMLRPCClient

/// What becomes of a call: the value, or an error that tells whether it may be made again.
struct ServerProxyTests {
    private typealias Unknown = XMLRPCClientError.Unknown

    private static func value(_ element: String) -> String {
        "<?xml version=\"1.0\"?><methodResponse><params><param><value>\(element)</value></param></params></methodResponse>"
    }

    private static let fault = """
        <?xml version="1.0"?><methodResponse><fault><value><struct>\
        <member><name>faultCode</name><value><int>2</int></value></member>\
        <member><name>faultString</name><value><string>no such message</string></value></member>\
        </struct></value></fault></methodResponse>
        """

    /// Runs a body with a proxy of a server that goes by the script.
    private func withProxy(
        _ script: [ScriptedServer.Step], _ configuration: ServerProxy.Configuration = .init(),
        _ body: (ServerProxy, ScriptedServer) async throws -> Void
    ) async throws {
        try await ScriptedServer.run(script) { server, url in
            let proxy = try ServerProxy(url, configuration: configuration)
            try await body(proxy, server)
            await proxy.shutdown()
        }
    }

    private func next(_ proxy: ServerProxy) async throws -> Int {
        try await proxy.call("next")
    }

    private func error(of call: () async throws(XMLRPCClientError) -> Int) async -> XMLRPCClientError? {
        do throws(XMLRPCClientError) { _ = try await call() } catch { return error }
        return nil
    }

    @Test func `a call gives its result in the type that is asked for`() async throws {
        try await withProxy([.answer(Self.value("<int>7</int>"))]) { proxy, server in
            let sum: Int = try await proxy.call("add", 3, "four <&>", true)
            #expect(sum == 7)
            let request = try #require(server.requests.first)
            #expect(request.hasPrefix("POST /RPC2 HTTP/1.1\r\n"))
            #expect(request.lowercased().contains("content-type: text/xml\r\n"))
            let document = try #require(request.split(separator: "\r\n\r\n", maxSplits: 1).last)
            let sent = try XMLRPCRequest(decoding: Array(document.utf8))
            #expect(sent.methodName == "add")
            #expect(sent.parameters == [.int(3), .string("four <&>"), .boolean(true)])
        }
    }

    @Test func `a fault is told as a fault`() async throws {
        try await withProxy([.answer(Self.fault)]) { proxy, _ in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("get", 1) }
            guard case .fault(let fault) = error else { throw WrongError(error) }
            #expect(fault == XMLRPCFault(code: 2, string: "no such message"))
        }
    }

    @Test func `a result of another type is told as one, since the call was carried out`() async throws {
        try await withProxy([.answer(Self.value("seven"))]) { proxy, _ in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("add") }
            guard case .unexpectedResult = error else { throw WrongError(error) }
        }
    }

    @Test func `a second call goes over the same connection`() async throws {
        try await withProxy([.answer(Self.value("<int>1</int>")), .answer(Self.value("<int>2</int>"))]) {
            proxy, server in
            let values = [try await next(proxy), try await next(proxy)]
            #expect(values == [1, 2])
            #expect(server.connections == 1)
        }
    }

    @Test func `a connection that the server closed between two calls is made anew`() async throws {
        try await withProxy([.answer(Self.value("<int>1</int>")), .answer(Self.value("<int>2</int>"))]) {
            proxy, server in
            let value1 = try await next(proxy)
            #expect(value1 == 1)
            try await server.closeConnections()
            // The end of the connection has to arrive: before, a call goes onto it, and nobody can know what became of it.
            try await Task.sleep(for: .milliseconds(200))
            let value2 = try await next(proxy)
            #expect(value2 == 2)
            #expect(server.connections == 2)
        }
    }

    @Test func `nobody listening there means not sent`() async throws {
        var refusing = ""
        try await ScriptedServer.run([]) { _, url in refusing = url }
        let proxy = try ServerProxy(refusing)
        let error = await error { () throws(XMLRPCClientError) in try await proxy.call("add") }
        guard case .notSent(.noConnection(let reason)) = error else { throw WrongError(error) }
        #expect(reason == "Connection refused")
    }

    @Test func `a name that is not known means not sent`() async throws {
        let proxy = try ServerProxy("http://no-such-host.invalid/")
        let error = await error { () throws(XMLRPCClientError) in try await proxy.call("add") }
        guard case .notSent(.noConnection(let reason)) = error else { throw WrongError(error) }
        #expect(reason.contains("no-such-host.invalid"))
    }

    @Test func `what XML cannot carry is not sent`() async throws {
        try await withProxy([]) { proxy, server in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("publish", "\u{1}") }
            guard case .notSent(.notEncodable) = error else { throw WrongError(error) }
            #expect(server.connections == 0)
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<?xml"])
    func `a connection that ends before the answer is whole leaves it unknown, and the call is made once`(
        answer: String
    ) async throws {
        try await withProxy([.last(answer)]) { proxy, server in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("publish", "x") }
            guard case .sentButUnknown(.connectionBroken) = error else { throw WrongError(error) }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `silence ends with the time, and leaves it unknown`() async throws {
        var configuration = ServerProxy.Configuration()
        configuration.timeout = .milliseconds(300)
        try await withProxy([.silence], configuration) { proxy, server in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("publish", "x") }
            guard case .sentButUnknown(.timedOut(.milliseconds(300))) = error else { throw WrongError(error) }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a body that never ends ends with the time`() async throws {
        var configuration = ServerProxy.Configuration()
        configuration.timeout = .milliseconds(300)
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<?xml"
        try await withProxy([.raw(half)], configuration) { proxy, _ in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("publish", "x") }
            guard case .sentButUnknown(.timedOut) = error else { throw WrongError(error) }
        }
    }

    @Test(arguments: [400, 404, 500, 301, 204])
    func `another status than 200 leaves it unknown`(status: Int) async throws {
        let answer = "HTTP/1.1 \(status) Something\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
        try await withProxy([.raw(answer)]) { proxy, server in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("publish", "x") }
            guard case .sentButUnknown(.status(status)) = error else { throw WrongError(error) }
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: ["", "not XML", "<?xml version=\"1.0\"?><methodResponse/>", "<html></html>"])
    func `an answer that is no XML-RPC leaves it unknown`(body: String) async throws {
        try await withProxy([.answer(body)]) { proxy, _ in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("publish", "x") }
            guard case .sentButUnknown(.unreadable) = error else { throw WrongError(error) }
        }
    }

    @Test func `an answer over the limit is not taken, one at the limit is`() async throws {
        let answer = Self.value("<int>1</int>")
        var configuration = ServerProxy.Configuration()
        configuration.limits.documentBytes = answer.utf8.count
        try await withProxy([.answer(answer), .answer(answer + " ")], configuration) { proxy, _ in
            let value1 = try await next(proxy)
            #expect(value1 == 1)
            let limit = answer.utf8.count
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("next") }
            guard case .sentButUnknown(.tooBig(limit)) = error else { throw WrongError(error) }
        }
    }

    /// The answer 7 with 5,000 spaces after it: 5113 bytes, in gzip.
    private static let packed = Data(
        base64Encoded: "H4sIAAAAAAACA+3MOwqEQBCE4auIB7A1Mukd7+ANBhxQmIc4Knt8FWYT883+LykoqluHb/DV6ba8pPip"
            + "u6atB6PB7XOaRpfXFLMzutrNhlzS6Gn9cbdL3E2v8oRK6aRM5Hcir18VAAAAAAAAgL+7AIaetAn5EwAA")!

    @Test func `a packed answer is unpacked, and the limit holds for what is in it`() async throws {
        let request = ScriptedServer.Step.packed(Array(Self.packed))
        var configuration = ServerProxy.Configuration()
        configuration.limits.documentBytes = 5113
        try await withProxy([request], configuration) { proxy, server in
            let value = try await next(proxy)
            #expect(value == 7)
            #expect(server.requests[0].contains("Accept-Encoding: gzip\r\n"))
        }
        configuration.limits.documentBytes -= 1
        try await withProxy([request], configuration) { proxy, _ in
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("next") }
            guard case .sentButUnknown(.tooBig) = error else { throw WrongError(error) }
        }
    }

    @Test func `a call after the shutdown is not sent`() async throws {
        try await withProxy([]) { proxy, _ in
            await proxy.shutdown()
            let error = await error { () throws(XMLRPCClientError) in try await proxy.call("next") }
            guard case .notSent(.shutDown) = error else { throw WrongError(error) }
        }
    }

    @Test func `a cancelled call says whether it was sent`() async throws {
        try await withProxy([.silence]) { proxy, server in
            let error = await withTaskGroup(of: XMLRPCClientError?.self) { group in
                group.addTask {
                    await self.error { () throws(XMLRPCClientError) in try await proxy.call("publish", "x") }
                }
                while server.requests.isEmpty { await Task.yield() }
                group.cancelAll()
                return await group.next() ?? nil
            }
            guard case .sentButUnknown(.cancelled) = error else { throw WrongError(error) }
        }
    }
}

/// Several calls in one request.
struct MultiCallTests {
    private static let answer = """
        <?xml version="1.0"?><methodResponse><params><param><value><array><data>\
        <value><array><data><value><int>7</int></value></data></array></value>\
        <value><struct><member><name>faultCode</name><value><int>-32601</int></value></member>\
        <member><name>faultString</name><value>no such method</value></member></struct></value>\
        <value><array><data><value>text</value></data></array></value>\
        </data></array></value></param></params></methodResponse>
        """

    @Test func `each call has its value or its fault`() async throws {
        try await ScriptedServer.run([.answer(Self.answer)]) { server, url in
            let proxy = try ServerProxy(url)
            let (sum, missing, wrong) = try await proxy.multicall(
                XMLRPCCall("add", 3, 4, returning: Int.self), XMLRPCCall("nosuch", returning: String.self),
                XMLRPCCall("name", returning: Bool.self))
            guard case .success(7) = sum else { throw WrongError(sum) }
            guard case .failure(.fault(XMLRPCFault(code: -32601, string: "no such method"))) = missing else {
                throw WrongError(missing)
            }
            guard case .failure(.unexpectedResult) = wrong else { throw WrongError(wrong) }
            #expect(server.requests.count == 1)
            #expect(server.requests[0].contains("<methodName>system.multicall</methodName>"))
        }
    }

    @Test func `any number of calls of one type`() async throws {
        try await ScriptedServer.run([.answer(Self.answer), .answer(Self.answer)]) { _, url in
            let proxy = try ServerProxy(url)
            let calls = (0..<3).map { XMLRPCCall("get", $0, returning: Int.self) }
            let results = try await proxy.multicall(calls)
            #expect(results.map { try? $0.get() } == [7, nil, nil])
            // Another number of results than calls is no answer to them.
            await #expect(throws: XMLRPCClientError.self) { try await proxy.multicall(Array(calls.prefix(2))) }
        }
    }
}

/// The URLs of servers.
struct ServerURLTests {
    @Test(arguments: ["", "localhost:7780", "ftp://localhost/", "http://", "http:///RPC2", "http://a b/"])
    func `what is no server's URL is refused at once`(url: String) {
        #expect(throws: ServerProxyError.self) { try ServerProxy(url) }
    }

    @Test(arguments: [("", "/RPC2"), ("/", "/"), ("/a/b?c=d", "/a/b?c=d")])
    func `a URL without a path means RPC2`(path: String, sent: String) async throws {
        try await ScriptedServer.run([]) { server, url in
            var configuration = ServerProxy.Configuration()
            configuration.timeout = .milliseconds(300)
            let proxy = try ServerProxy(String(url.dropLast("/RPC2".count)) + path, configuration: configuration)
            await #expect(throws: XMLRPCClientError.self) { try await proxy.call("x", returning: Int.self) }
            #expect(server.requests.first?.hasPrefix("POST \(sent) HTTP/1.1\r\n") == true)
        }
    }

    @Test func `a user and a password go along as the basic authorization`() async throws {
        try await ScriptedServer.run([]) { server, url in
            var configuration = ServerProxy.Configuration()
            configuration.timeout = .milliseconds(300)
            let named = url.replacing("http://", with: "http://ada:a%40b@")
            let proxy = try ServerProxy(named, configuration: configuration)
            await #expect(throws: XMLRPCClientError.self) { try await proxy.call("x", returning: Int.self) }
            // base64 of "ada:a@b"
            #expect(server.requests.first?.contains("Authorization: Basic YWRhOmFAYg==\r\n") == true)
        }
    }

    @Test func `a file of certificates that cannot be read is told at once`() {
        var configuration = ServerProxy.Configuration()
        configuration.trustedCertificates = "/no/such/file.pem"
        #expect(throws: ServerProxyError.self) { try ServerProxy("https://localhost/", configuration: configuration) }
    }
}

/// Fails a test with the error that came instead.
private struct WrongError: Error, CustomStringConvertible {
    let description: String
    init(_ error: Any?) { description = "this came instead: \(String(describing: error))" }
}
