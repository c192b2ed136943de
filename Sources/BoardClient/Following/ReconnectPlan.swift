package import MessageBoard

/// What somebody who follows a board over many connections has to know: the place, and how long to wait between two tries.
package struct ReconnectPlan {
    /// The longest first pause, and the shortest of all.
    package static let firstPause = Duration.milliseconds(200)
    /// The longest pause.
    package static let longestPause = Duration.seconds(5)

    private let pattern: BoardPattern
    private var place: FollowStart
    private var pause = Self.firstPause

    /// A plan to begin here.
    package init(pattern: BoardPattern, start: FollowStart) {
        self.pattern = pattern
        place = start
    }

    /// A connection is there: where to begin on it, given the newest number of each board.
    ///
    /// - Throws: ``LiveError/replaced(seen:newest:)`` when the server does not have what we have seen.
    package mutating func connected(boards: [BoardName: MessageID]) throws(LiveError) -> FollowStart {
        pause = Self.firstPause
        let newest = boards.values.max() ?? 0
        switch place {
        case .after(let id):
            guard id <= newest else { throw .replaced(seen: id, newest: newest) }
            return .after(id)
        case .newest(let count):
            // From now on a place is known, so that nothing that comes between two connections is missed.
            if count == 0 || !boards.keys.contains(where: pattern.matches) {
                place = .after(newest)
                return .after(newest)
            }
            return .newest(count)
        }
    }

    /// A message has come: whether it is a new one, and one of those that are wanted.
    package mutating func isNew(_ message: Message) -> Bool {
        guard pattern.matches(message.board) else { return false }
        if case .after(let id) = place, message.id <= id { return false }
        place = .after(message.id)
        return true
    }

    /// How long to wait before the next try: longer every time, and random, so that the clients of a server that comes back do
    /// not all come at once.
    package mutating func nextPause(using generator: inout some RandomNumberGenerator) -> Duration {
        let half = max(pause / 2, Self.firstPause / 2)
        let share = Double.random(in: 0...1, using: &generator)
        let wait = max(half + half * share, Self.firstPause)
        pause = min(pause * 2, Self.longestPause)
        return wait
    }
}
