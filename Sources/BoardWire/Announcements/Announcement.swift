/// What goes to the multicast group by which boards are found (protocols.md, section 5): one line of text a datagram.
///
/// ```
/// "mboard?"                                                                who is here?
/// "mboard" SP version SP server-id SP name *( SP road "=" place )          a board is here
/// "mboard" SP version SP server-id SP "bye"                                it stops
///
///    mboard 0.1.0 81f3a2 the%20kitchen udp=192.0.2.2:7777 tcp=192.0.2.2:7777
/// ```
/// One space stands between two fields. A name is written with `%` and two hexadecimal digits for each byte of a space, a
/// `%`, and anything that cannot be seen (controls, marks of direction), so that an old listener can print the line as it is.
/// The name "bye" is written `%62ye`. Fields that are not `road=place` are for later versions, and passed over.
public enum Announcement: Sendable, Hashable {
    case question
    case board(AnnouncedBoard)
    case bye(version: String, serverID: String)

    /// The group that announcements and questions are sent to.
    public static let group = "239.1.1.1"
    /// Its port.
    public static let port = 53_124
    /// Routers that an announcement may pass.
    public static let hops: UInt8 = 4
    /// Time between two announcements of a board.
    public static let period = Duration.seconds(5)
    /// The longest wait of a board before it answers a question, so that not all answer at once.
    public static let longestAnswerDelay = Duration.milliseconds(200)
}

/// The bounds of an announcement, in bytes unless they say otherwise.
public enum AnnouncementLimits {
    /// A whole line: fits one packet of any network.
    public static let line = 1_400
    /// A version.
    public static let version = 32
    /// A server's id.
    public static let serverID = 64
    /// A name that is sent, before it is written with `%`: a longer one is cut.
    public static let name = 200
    /// Roads of a board; further ones are passed over.
    public static let roads = 16
    /// A road's name.
    public static let roadName = 16
    /// A road's place.
    public static let place = 255
}

/// A board as it announces itself. Nothing of it is proven: anybody can send any line.
public struct AnnouncedBoard: Sendable, Hashable {
    /// A way to reach it.
    public struct Road: Sendable, Hashable {
        /// `udp`, `tcp`, `live`, …
        public var name: String
        /// `host:port`, or a URL.
        public var place: String

        /// A road's name, and where it begins.
        public init(name: String, place: String) {
            self.name = name
            self.place = place
        }
    }

    /// The version of its program.
    public var version: String
    /// The board's id: letters and digits.
    public var serverID: String
    /// For people. It may hold anything, control characters too: show it harmless.
    public var name: String
    /// The roads that are on, as the board lists them.
    public var roads: [Road]

    /// A board with these roads.
    public init(version: String, serverID: String, name: String, roads: [Road]) {
        self.version = version
        self.serverID = serverID
        self.name = name
        self.roads = roads
    }

    /// Where a road begins; `nil` when it is not on.
    public func place(of road: String) -> String? {
        roads.first { $0.name == road }?.place
    }
}

extension Announcement {
    /// The bytes of the datagram, at most ``AnnouncementLimits/line``: what does not fit is left out from the end.
    public func encoded() -> [UInt8] {
        switch self {
        case .question: Array("mboard?".utf8)
        case .bye(let version, let serverID): Array("mboard \(version) \(serverID) bye".utf8)
        case .board(let board): Self.encoded(board)
        }
    }

    private static func encoded(_ board: AnnouncedBoard) -> [UInt8] {
        var line = Array("mboard \(board.version) \(board.serverID) \(encoded(name: board.name))".utf8)
        for road in board.roads.prefix(AnnouncementLimits.roads) {
            let field = " \(road.name)=\(road.place)".utf8
            if line.count + field.count <= AnnouncementLimits.line { line += field }
        }
        return line
    }

    private static let farewell = "bye"

    private static func encoded(name: String) -> String {
        if name == farewell { return "%62ye" }
        var written = ""
        var bytes = 0
        for scalar in name.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > AnnouncementLimits.name { break }
            if scalar == "%" || isUnseen(scalar) {
                for byte in String(scalar).utf8 {
                    written += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
                }
            } else {
                written.unicodeScalars.append(scalar)
            }
        }
        return written
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
        default: false
        }
    }
}

extension Announcement {
    /// Reads a datagram; `nil` when it is none of these. A line's end at its end is passed over.
    public init?(_ datagram: [UInt8]) {
        guard datagram.count <= AnnouncementLimits.line,
            let text = String(validating: datagram, as: UTF8.self)
        else { return nil }
        var line = text.unicodeScalars[...]
        while let last = line.last, last == "\n" || last == "\r" { line.removeLast() }
        let fields = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if fields[0] == "mboard?", fields.dropFirst().allSatisfy(\.isEmpty) {
            self = .question
            return
        }
        guard fields.count >= 4, fields[0] == "mboard",
            Self.isWord(fields[1], AnnouncementLimits.version), Self.isWord(fields[2], AnnouncementLimits.serverID)
        else { return nil }
        if fields[3] == Self.farewell, fields.dropFirst(4).allSatisfy(\.isEmpty) {
            self = .bye(version: fields[1], serverID: fields[2])
            return
        }
        guard let name = Self.decoded(name: fields[3]) else { return nil }
        self = .board(
            AnnouncedBoard(
                version: fields[1], serverID: fields[2], name: name,
                roads: Array(fields.dropFirst(4).lazy.compactMap(Self.road).prefix(AnnouncementLimits.roads))))
    }

    /// `road=place`; `nil` for a field of another kind.
    private static func road(_ field: String) -> AnnouncedBoard.Road? {
        guard let equals = field.firstIndex(of: "=") else { return nil }
        let name = String(field[..<equals])
        let place = String(field[field.index(after: equals)...])
        guard isWord(name, AnnouncementLimits.roadName), isWord(place, AnnouncementLimits.place) else { return nil }
        return AnnouncedBoard.Road(name: name, place: place)
    }

    /// One to so many ASCII characters that can be seen.
    private static func isWord(_ field: String, _ limit: Int) -> Bool {
        (1...limit).contains(field.utf8.count) && field.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The name behind its `%`s; a `%` without two digits stands for itself. `nil` when it is not UTF-8.
    private static func decoded(name: String) -> String? {
        let written = Array(name.utf8)
        var bytes: [UInt8] = []
        var place = 0
        while place < written.count {
            if written[place] == UInt8(ascii: "%"), place + 2 < written.count,
                let high = hexadecimal(written[place + 1]), let low = hexadecimal(written[place + 2])
            {
                bytes.append(high << 4 | low)
                place += 3
            } else {
                bytes.append(written[place])
                place += 1
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
