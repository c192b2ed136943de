import FoundationEssentials
import Glibc
import PyroWire

/// Reads and writes again what a test in another language sends: one line in, one line out.
///
/// ```
/// serpent BASE64      a document of that serializer (json, msgpack, marshal); the same value in base64, or `error: …`
/// call-json BASE64    the payload of an INVOKE
/// message BASE64      one message, in pieces of 7 bytes; `compress BASE64` compresses it in the answer
/// refusal BASE64      a text; the CONNECTFAIL message that says it
/// ```
@main struct PyroDump {
    static func main() {
        while let line = readLine() {
            // The one that asks waits for every line.
            defer { fflush(nil) }
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, let data = Data(base64Encoded: String(words[1])) else {
                print("error: not COMMAND BASE64")
                continue
            }
            do {
                print(Data(try answer(String(words[0]), Array(data))).base64EncodedString())
            } catch {
                print("error: \(error)")
            }
        }
    }

    private struct Failure: Error, CustomStringConvertible { let description: String }

    private static func answer(_ command: String, _ bytes: [UInt8]) throws -> [UInt8] {
        let name = command.hasPrefix("call-") ? String(command.dropFirst(5)) : command
        if let serializer = PyroSerializer(name: name) {
            return name == command
                ? try serializer.encode(try serializer.decode(bytes))
                : try PyroCall(payload: bytes, serializer: serializer).payload(serializer)
        }
        switch command {
        case "message": return try message(bytes).encoded()
        case "compress": return try message(bytes).encoded(compressing: true)
        case "refusal": return PyroMessage.refusal(String(decoding: bytes, as: UTF8.self)).encoded()
        default: throw Failure(description: "no command \(command)")
        }
    }

    private static func message(_ bytes: [UInt8]) throws -> PyroMessage {
        var reader = PyroMessageReader()
        for start in stride(from: 0, to: bytes.count, by: 7) {
            reader.append(Array(bytes[start..<min(start + 7, bytes.count)]))
            if let message = try reader.next() { return message }
        }
        throw Failure(description: "the message ends early")
    }
}
