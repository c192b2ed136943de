package import MessageBoard

/// Tells what others say from what we say, although our own messages come back like all others, sometimes before the
/// server has said which numbers they got. One of ours is on its way at a time.
package struct OwnMessages {
    /// Most messages that wait until it is known whose they are.
    package static let maximumHeld = 1_000

    private var onItsWay: (body: [UInt8], author: String?)?
    /// Messages that may be the one on its way.
    private var held: [Message] = []
    /// Numbers of ours that have not come back yet.
    private var own: Set<MessageID> = []

    package init() {}

    /// This is going to be published now.
    package mutating func publishing(_ body: [UInt8], author: String?) {
        onItsWay = (body, author)
    }

    /// It got this number, or none. Gives the messages that turned out to be of others.
    package mutating func published(as id: MessageID?) -> [Message] {
        onItsWay = nil
        let hasComeBack = held.contains { $0.id == id }
        if let id, !hasComeBack { own.insert(id) }
        defer { held = [] }
        return held.filter { $0.id != id }
    }

    /// A message has come: whether it is certain now that somebody else has said it.
    package mutating func isOthers(_ message: Message) -> Bool {
        if own.remove(message.id) != nil { return false }
        own = own.filter { $0 > message.id }
        guard let onItsWay, onItsWay.body == message.body, onItsWay.author == message.author,
            held.count < Self.maximumHeld
        else { return true }
        held.append(message)
        return false
    }
}
