import Downloads
import Testing

/// What a URL leads to, and what its file may be called here.
struct DownloadURLTests {
    @Test(
        arguments: [
            ("http://host/file", "file"),
            ("https://host/a/b/linux-4.8.2.tar.xz?mirror=1#top", "linux-4.8.2.tar.xz"),
            ("http://host/two%20words", "two words"),
            ("http://host/caf%C3%A9", "café"),
            ("http://[::1]:8080/file", "file"),
            ("http://host/-rf", "-rf"),
        ])
    func `the last path part is the name`(text: String, name: String) throws {
        #expect(try DownloadURL(text).name == name)
    }

    @Test(
        arguments: [
            "http://host/", "http://host", "http://host/..", "http://host/a/.", "http://host/%2e%2e",
            "http://host/.bashrc", "http://host/%2e%2e%2fetc%2fpasswd", "http://host/a%2Fb", "http://host/a%00b",
            "http://host/a%0Ab", "http://host/a%1B%5B2J", "http://host/a%C2%9Bb", "http://host/a%E2%80%AEb",
            "http://host/%FF", "http://host/?file=name",
        ])
    func `a name that could do harm is refused`(text: String) throws {
        let url = try DownloadURL(text)
        #expect(throws: DownloadURLError.self) { try url.name }
    }

    @Test func `a name is kept up to its bound`() throws {
        let longest = String(repeating: "n", count: DownloadLimits.nameBytes)
        #expect(try DownloadURL("http://host/" + longest).name == longest)
        let longer = try DownloadURL("http://host/n" + longest)
        #expect(throws: DownloadURLError.self) { try longer.name }
    }

    @Test(
        arguments: [
            ("", .noURL), ("file", .noURL), ("ftp://host/file", .noURL), ("file:///etc/passwd", .noURL),
            ("http:///file", .noURL), ("http://", .noURL), ("http://anna@host/file", .credentials),
            ("http://anna:secret@host/file", .credentials), ("http://host/file#sha256=12", .badChecksum),
            ("http://host/file#sha256=", .badChecksum),
        ] as [(String, DownloadURLError)])
    func `what cannot be fetched says why`(text: String, error: DownloadURLError) {
        #expect(throws: error) { try DownloadURL(text) }
    }

    @Test func `a checksum is taken from the fragment, and is not sent`() throws {
        let sum = String(repeating: "0aF", count: 21) + "9"
        let url = try DownloadURL("http://host/file?a=b#sha256=\(sum)")
        #expect(url.text == "http://host/file?a=b")
        #expect(url.sha256.map { hexadecimal($0) } == sum.lowercased())
        #expect(DownloadURL.checksum(sum.dropLast() + "g") == nil)
        #expect(DownloadURL.checksum(sum + "0") == nil)
        #expect(DownloadURL.checksum(sum.dropLast() + "é") == nil)
    }
}

/// The digests of FIPS 180-4, however the bytes are cut into pieces.
struct SHA256Tests {
    private static func digest(_ bytes: [UInt8], pieces: Int) -> String {
        var digest = SHA256()
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { digest.update($0) }
        }
        return hexadecimal(digest.digest())
    }

    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ], [1, 63, 64, 65, 100_000])
    func `known texts have their known digests`(known: (String, String), pieces: Int) {
        #expect(Self.digest(Array(known.0.utf8), pieces: pieces) == known.1)
    }

    @Test func `every length around a block's end has the same digest in any pieces`() {
        for length in 0..<200 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(Self.digest(bytes, pieces: 1) == Self.digest(bytes, pieces: 200), "\(length) bytes")
        }
    }
}
