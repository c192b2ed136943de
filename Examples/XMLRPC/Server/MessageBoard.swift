import Foundation
import XMLRPC

/// The messages, in memory: gone when the server ends.
actor MessageBoard {
    /// What `get` gives, in its order: when it was published, by whom as they say, and the text.
    private struct Message {
        let time: Double
        let ip: String
        let port: Int
        let text: String
    }

    private var messages: [Message] = []

    /// Keeps a message, and gives its number: 0, 1, 2, ...
    func publish(_ text: String, ip: String = " ", port: Int = -1) -> Int {
        messages.append(Message(time: Date().timeIntervalSince1970, ip: ip, port: port, text: text))
        return messages.count - 1
    }

    /// The numbers of the newest messages, oldest first; all when the count is 0.
    func last(_ count: Int) -> [Int] {
        Array(messages.indices.suffix(count == 0 ? messages.count : max(count, 0)))
    }

    /// A message as `[time, ip, port, text]`.
    func message(_ number: Int) throws -> [XMLRPCValue] {
        guard messages.indices.contains(number) else {
            throw XMLRPCFault(code: 1, string: "there is no message \(number)")
        }
        let message = messages[number]
        return [.double(message.time), .string(message.ip), .int(Int64(message.port)), .string(message.text)]
    }
}
