import Foundation
import NIOPosix
import Testing
import XMLRPCClient

/// Calls to Python's own server behind TLS.
struct TLSTests {
    /// Runs a body with the server's port and the file of its certificate.
    private func withServer(_ body: (Int, String) async throws -> Void) async throws {
        let script = try #require(Bundle.module.url(forResource: "tls_server", withExtension: "py"))
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-B", script.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = try await NIOThreadPool.singleton.runIfActive {
            var line = Data()
            while line.last != UInt8(ascii: "\n") {
                let piece = output.fileHandleForReading.availableData
                if piece.isEmpty { break }
                line += piece
            }
            return String(decoding: line, as: UTF8.self)
        }
        let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
        let result: Result<Void, any Error>
        do {
            try #require(fields.count == 2, "python3 and openssl are needed; the server said: \(line)")
            try await body(try #require(Int(fields[0])), fields[1])
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try input.fileHandleForWriting.close()
        try await NIOThreadPool.singleton.runIfActive { process.waitUntilExit() }
        try result.get()
    }

    @Test func `a certificate that is trusted is called, twice`() async throws {
        try await withServer { port, certificate in
            var configuration = ServerProxy.Configuration()
            configuration.trustedCertificates = certificate
            let proxy = try ServerProxy("https://localhost:\(port)/RPC2", configuration: configuration)
            let sums = [try await proxy.call("add", 3, 4, returning: Int.self), try await proxy.call("add", 5, 6)]
            #expect(sums == [7, 11])
            await proxy.shutdown()
        }
    }

    @Test func `a certificate that nobody trusts, or of another host, means not sent`() async throws {
        try await withServer { port, certificate in
            var trusting = ServerProxy.Configuration()
            trusting.trustedCertificates = certificate
            for proxy in [
                try ServerProxy("https://localhost:\(port)/RPC2"),
                try ServerProxy("https://127.0.0.1:\(port)/RPC2", configuration: trusting),
            ] {
                do throws(XMLRPCClientError) {
                    let sum: Int = try await proxy.call("add", 3, 4)
                    Issue.record("the sum came: \(sum)")
                } catch {
                    guard case .notSent(.noConnection) = error else { throw error }
                }
                await proxy.shutdown()
            }
        }
    }

    @Test func `a plain connection where TLS is spoken gives no value`() async throws {
        try await withServer { port, _ in
            let proxy = try ServerProxy("http://localhost:\(port)/RPC2")
            await #expect(throws: XMLRPCClientError.self) { try await proxy.call("add", 3, 4, returning: Int.self) }
            await proxy.shutdown()
        }
    }
}
