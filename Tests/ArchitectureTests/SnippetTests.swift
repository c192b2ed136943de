import Foundation
import Testing

/// The code that README.md shows is the code that is compiled.
struct SnippetTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: [("ServerInTenLines", 10), ("ClientInFiveLines", 5), ("RemoteObjectInTenLines", 10)])
    func `a snippet is as short as it says, and README shows it`(name: String, lines: Int) throws {
        let file = Self.root.appending(path: "Snippets/\(name).swift")
        let code = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false
        ).drop { $0.hasPrefix("//") }
        #expect(code.count { !$0.isEmpty } == lines)
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains("```swift\n" + code.joined(separator: "\n") + "```\n"))
    }
}
