/// What the simulated clients do to a server.
package struct Load: Sendable, Codable, Hashable {
    /// What each client wants.
    package enum Visit: Sendable, Codable, Hashable {
        /// To be served, and to keep the server busy for so many seconds: figures 4.5 to 4.11.
        case stay(seconds: Double)
        /// Answers to so many requests, one after the other on one connection.
        case requests(Int)
    }

    /// When the clients come.
    package enum Arrivals: Sendable, Codable, Hashable {
        /// All at the start.
        case atOnce
        /// A Poisson process: so many a second on average.
        case poisson(perSecond: Double)
    }

    /// Clients that behave badly; they come among the others, and are not counted with them.
    package struct Misfits: Sendable, Codable, Hashable {
        /// They send and take a byte at a time.
        package var slow = 0
        /// They connect and never say anything.
        package var halfOpen = 0
        /// They reset the connection in the middle.
        package var vanishing = 0

        /// None.
        package init() {}

        /// All of them.
        package var count: Int { slow + halfOpen + vanishing }
    }

    package var clients: Int
    /// Seconds that a client waits for being served, or for one answer, before it gives up and leaves.
    package var timeout: Double
    package var visit: Visit
    package var arrivals = Arrivals.atOnce
    package var misfits = Misfits()
    /// For what is drawn: arrivals, requests. Printed, so that a run can be repeated.
    package var seed: UInt64 = 1

    /// A load of well-behaved clients that all come at once.
    package init(clients: Int, timeout: Double, visit: Visit) {
        self.clients = clients
        self.timeout = timeout
        self.visit = visit
    }
}

extension Load {
    /// The same load in another time: a factor of 0.02 makes 0.3 seconds out of 15. Rates grow as times shrink.
    package func scaled(by factor: Double) -> Load {
        var load = self
        load.timeout *= factor
        if case .stay(let seconds) = visit { load.visit = .stay(seconds: seconds * factor) }
        if case .poisson(let rate) = arrivals { load.arrivals = .poisson(perSecond: rate / factor) }
        return load
    }

    /// Seconds that a client really waits: its ``timeout``, and a sixth of that more, at most ``longestDelay``.
    ///
    /// In figure 4.6 the fourth client is served when its 15 seconds are over: 15.010 s after it began, and figures of the fifth show that
    /// time-outs came 13 ms late. Its outcome, four served and one left, is that of a server which turns to the fourth client at the
    /// end of the third's 5 seconds, not that of who wins by a millisecond. So here, too, a client leaves a little after its
    /// time-out: early enough to miss what comes half a stay later, whatever the scale.
    package var patience: Double { timeout + min(timeout / 6, Self.longestDelay) }

    /// Seconds by which a client leaves after its time-out at most.
    package static let longestDelay = 0.1
}
