import BoardWire
import MessageBoard
import NIOCore

/// The connections of one event loop that want the same news in the same form. Each message is encoded once for all of them,
/// and what one turn of the loop brings leaves as one buffer that they share.
final class LiveFeed {
    let boards: BoardPattern
    let delivery: LiveDelivery
    /// Bytes of messages that have passed by, in all.
    private(set) var passed = 0
    private(set) var members: [LiveServer] = []
    private var list: LiveAnswer.Messages
    private var encoded: [UInt8] = []
    /// The newest message since everybody was given what there was.
    private(set) var newest: MessageID?

    init(boards: BoardPattern, delivery: LiveDelivery) {
        self.boards = boards
        self.delivery = delivery
        list = LiveAnswer.Messages(isRecords: delivery.isRecords)
    }

    func add(_ member: LiveServer) {
        member.place = members.count
        members.append(member)
    }

    func remove(_ member: LiveServer) {
        let last = members.removeLast()
        guard last !== member else { return }
        members[member.place] = last
        last.place = member.place
    }

    /// Takes the next message.
    func append(_ message: Message) {
        newest = message.id
        if delivery == .notify {
            passed += message.body.count
        } else {
            list.append(message, to: &encoded)
        }
    }

    /// Gives what was taken to everybody.
    ///
    /// - Parameter fed: the number up to which everybody who is current has been given everything before.
    func flush(fed: MessageID, _ allocator: ByteBufferAllocator) {
        guard let newest else { return }
        self.newest = nil
        // A member that cannot take it may be dropped, and change places.
        let members = members
        if delivery == .notify {
            for member in members { member.hear(of: newest, passed: passed) }
            return
        }
        list.finish(&encoded)
        passed += encoded.count
        let buffer = allocator.buffer(bytes: encoded)
        encoded.removeAll(keepingCapacity: encoded.count <= Self.keptBytes)
        for member in members { member.take(buffer, fed: fed, passed: passed) }
    }

    /// Bytes of memory kept for encoding between two turns.
    private static let keptBytes = 1 << 20
}
