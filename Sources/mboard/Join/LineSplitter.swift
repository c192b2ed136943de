/// Cuts bytes into lines, in pieces of any size.
package struct LineSplitter {
    /// A line that was not kept, since it has over ``maximumBytes``.
    package struct TooLong: Error {}

    /// Most bytes of a line: 16 MiB.
    package static let maximumBytes = 16 << 20

    private let limit: Int
    private var line: [UInt8] = []
    private var isTooLong = false

    package init(limit: Int = Self.maximumBytes) {
        self.limit = limit
    }

    /// Takes the next bytes, and gives the lines that they complete, without their ends.
    package mutating func take(_ bytes: [UInt8]) -> [Result<[UInt8], TooLong>] {
        var lines: [Result<[UInt8], TooLong>] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            lines.append(cut())
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    /// The input is over: the last line, when it has no end.
    package mutating func finish() -> Result<[UInt8], TooLong>? {
        line.isEmpty && !isTooLong ? nil : cut()
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        if line.count + bytes.count > limit { isTooLong = true }
        if isTooLong { line = [] } else { line += bytes }
    }

    private mutating func cut() -> Result<[UInt8], TooLong> {
        defer {
            line = []
            isTooLong = false
        }
        return isTooLong ? .failure(TooLong()) : .success(line)
    }
}
