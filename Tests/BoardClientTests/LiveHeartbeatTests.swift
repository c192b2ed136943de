import BoardClient
import Testing

/// When a silent connection is asked, and when it is given up.
struct LiveHeartbeatTests {
    enum Event {
        case heard(at: Int, owed: Bool)
        case sent(at: Int)
    }

    private static let table: [([Event], Int, LiveHeartbeat.Action)] = [
        ([], 14, .wait), ([], 15, .ask),
        ([.heard(at: 10, owed: false)], 24, .wait), ([.heard(at: 10, owed: false)], 25, .ask),
        ([.sent(at: 15)], 24, .wait), ([.sent(at: 15)], 25, .giveUp),
        // Bytes are a sign of life, whether they end the answer or not.
        ([.sent(at: 15), .heard(at: 20, owed: true)], 29, .wait),
        ([.sent(at: 15), .heard(at: 20, owed: true)], 30, .giveUp),
        ([.sent(at: 15), .heard(at: 20, owed: false)], 34, .wait),
        ([.sent(at: 15), .heard(at: 20, owed: false)], 35, .ask),
    ]

    @Test(arguments: table)
    func `after 15 seconds it is asked, after 10 more given up`(
        events: [Event], now: Int, expected: LiveHeartbeat.Action
    ) {
        var heartbeat = LiveHeartbeat(silence: .seconds(15), patience: .seconds(10), now: .zero)
        for event in events {
            switch event {
            case .heard(let at, let owed): heartbeat.heard(at: .seconds(at), isOwedAnswer: owed)
            case .sent(let at): heartbeat.sent(at: .seconds(at))
            }
        }
        #expect(heartbeat.action(at: .seconds(now)) == expected)
        #expect((heartbeat.due <= .seconds(now)) == (expected != .wait))
    }
}
