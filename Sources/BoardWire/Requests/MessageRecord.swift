import Base64
public import MessageBoard

/// A message as one record of an answer to `6` and to `3` with `:record`.
///
/// ```
/// id "," time "," ip "," port "," board "," author "," attributes "," body [ "," road ]
/// ```
///
/// Each field is in base64, so that neither `,` nor `:` can occur in one; the attributes are a JSON object of strings.
/// The road comes only when the request asked for it.
public enum MessageRecord {
    /// Appends the record.
    public static func append(_ message: Message, withRoad: Bool, to bytes: inout [UInt8]) {
        Base64.append(String(message.id).utf8, to: &bytes)
        appendField(message.time.description.utf8, to: &bytes)
        appendField(message.origin.address.utf8, to: &bytes)
        appendField(String(message.origin.port).utf8, to: &bytes)
        appendField(message.board.text.utf8, to: &bytes)
        appendField((message.author ?? "").utf8, to: &bytes)
        appendField(message.attributes.json, to: &bytes)
        appendField(message.body, to: &bytes)
        if withRoad { appendField(message.origin.road.name.utf8, to: &bytes) }
    }

    /// Reads one record; the road of one without is empty.
    ///
    /// - Throws: ``AnswerError/unreadable(_:)`` naming the field.
    public static func decode(_ record: ArraySlice<UInt8>) throws(AnswerError) -> Message {
        let fields = record.split(separator: fieldSeparator, omittingEmptySubsequences: false)
        guard fields.count == 8 || fields.count == 9 else {
            throw .unreadable("a record of \(fields.count) fields instead of 8 or 9")
        }
        guard let id = MessageID(try text(fields[0], "id")) else { throw .unreadable("the id") }
        guard let time = Timestamp(try text(fields[1], "time")) else { throw .unreadable("the time") }
        guard let port = UInt16(try text(fields[3], "port")) else { throw .unreadable("the port") }
        guard let board = BoardName(try text(fields[4], "board")) else { throw .unreadable("the board") }
        let author = try text(fields[5], "author")
        let origin = Origin(
            address: try text(fields[2], "address"), port: port,
            road: Road(fields.count == 9 ? try text(fields[8], "road") : ""))
        return Message(
            id: id, board: board, time: time, origin: origin, author: author.isEmpty ? nil : author,
            attributes: try attributes(fields[6]), body: try bytes(fields[7], "body"))
    }

    /// Between two fields.
    static let fieldSeparator = UInt8(ascii: ",")
    /// Fields that stand before the body.
    static let fieldsBeforeBody = 7

    private static func appendField(_ field: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(fieldSeparator)
        Base64.append(field, to: &bytes)
    }

    private static func bytes(_ field: ArraySlice<UInt8>, _ name: String) throws(AnswerError) -> [UInt8] {
        do { return try Base64.field(field) } catch { throw .unreadable("the \(name)") }
    }

    private static func text(_ field: ArraySlice<UInt8>, _ name: String) throws(AnswerError) -> String {
        guard let text = String(validating: try bytes(field, name), as: UTF8.self) else {
            throw .unreadable("the \(name)")
        }
        return text
    }

    private static func attributes(_ field: ArraySlice<UInt8>) throws(AnswerError) -> Attributes {
        let json = try bytes(field, "attributes")
        do { return try Attributes(json: json) } catch { throw .unreadable("the attributes") }
    }
}
