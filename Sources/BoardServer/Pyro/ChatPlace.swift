import MessageBoard
import Synchronization

/// How far a user has read.
final class ChatPlace: Sendable {
    private let place: Mutex<MessageID>

    init(_ id: MessageID) {
        place = Mutex(id)
    }

    /// The number of the last post that was given out.
    var id: MessageID { place.withLock { $0 } }

    func advance(to id: MessageID) {
        place.withLock { $0 = max($0, id) }
    }
}
