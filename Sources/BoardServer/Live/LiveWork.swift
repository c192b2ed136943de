import MessageBoard
import NIOCore

/// What the live connections of an event loop leave to be waited for.
enum LiveWork: Sendable {
    /// Whose messages, and how many of them.
    struct Part: Sendable {
        let server: NIOLoopBound<LiveServer>
        let count: Int
    }

    /// Messages of one turn of the loop, to be published together.
    case publish([Draft], [Part])
    case locate(NIOLoopBound<LiveServer>, BoardPattern, count: Int?)
    case read(NIOLoopBound<LiveServer>, MessageRange)

    /// Carries it out, and tells the connections.
    func carryOut(_ board: any Board) async {
        switch self {
        case .publish(let drafts, let parts):
            var results = await board.publish(all: drafts)[...]
            for part in parts {
                part.server.value.published(results.prefix(part.count))
                results = results.dropFirst(part.count)
            }
        case .locate(let server, let boards, let count):
            do throws(BoardError) {
                server.value.located(try await board.range(ofLast: count, of: boards))
            } catch {
                server.value.notLocated(error)
            }
        case .read(let server, let range):
            do throws(BoardError) {
                server.value.pageRead(range.isEmpty ? [] : try await board.messages(in: range, page: Self.page))
            } catch {
                server.value.pageNotRead(error)
            }
        }
    }

    /// What a connection that is behind makes the server hold.
    private static let page = PageLimit(messages: 256, bytes: 32 << 10)
}
