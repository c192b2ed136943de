/// How long the daemons of names have been silent: a state machine, told the time.
///
/// A name is its daemon's for as long as it answers. Whoever registers a name has ``NameServerLimits/firstAnswerSeconds`` until the
/// first answer, so has everybody after a start of the name server. After an answer, ``NameServerLimits/missedPings`` pings in a
/// row without one end the lease.
struct NameLeases {
    private struct Lease {
        var since: Duration
        var hasAnswered = false
        var missed = 0
    }

    private var leases: [DaemonPlace: Lease] = [:]
    private let missedPings: Int
    private let firstAnswer: Duration

    init(_ limits: NameServerLimits) {
        missedPings = limits.missedPings
        firstAnswer = .seconds(limits.firstAnswerSeconds)
    }

    /// A daemon has a name more: its lease begins anew.
    mutating func registered(_ daemon: DaemonPlace, at time: Duration) {
        leases[daemon] = Lease(since: time)
    }

    /// Forgets all daemons that have no names any more.
    mutating func keep(_ daemons: Set<DaemonPlace>) {
        leases = leases.filter { daemons.contains($0.key) }
    }

    /// Takes in how a ping ended.
    ///
    /// - Returns: whether the daemon's names go.
    mutating func pinged(_ daemon: DaemonPlace, _ result: PingResult, at time: Duration) -> Bool {
        guard var lease = leases[daemon] else { return false }
        switch result {
        case .answered: (lease.hasAnswered, lease.missed) = (true, 0)
        case .silent: lease.missed += 1
        case .unknown: break
        }
        leases[daemon] = lease
        return lease.missed >= missedPings && (lease.hasAnswered || time - lease.since >= firstAnswer)
    }
}

/// How a ping ended.
enum PingResult: Sendable, Hashable {
    /// Somebody is there.
    case answered
    /// Nobody is there, or nobody says anything.
    case silent
    /// It could not be asked, and that is not its fault.
    case unknown
}
