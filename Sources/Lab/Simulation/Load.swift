/// What the simulated clients do to a server.
package struct Load: Sendable, Codable, Hashable {
    /// What each client wants.
    package enum Visit: Sendable, Hashable {
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
    /// Figure 4.6 is a photo finish: its fourth client waits for 15.010 s and is served all the same, since time-outs came late there (the
    /// fifth leaves after 15.013 s). What the figure is to show is that a server which turns to its clients one by one, 5 seconds
    /// each, comes to the fourth as its time is over, and to the fifth long after. So here, too, a client leaves a little after its
    /// time-out, and the model decides instead of a millisecond. With the notes' numbers a sixth is half a stay: as far from the fourth
    /// client's turn as from the fifth's. The margin is as wide as the scale: a machine that stalls for longer decides the outcome itself.
    package var patience: Double { timeout + min(timeout / 6, Self.longestDelay) }

    /// Seconds by which a client leaves after its time-out at most.
    package static let longestDelay = 0.5
}

/// `{"stay": 5}`, `{"requests": 100}`.
extension Load.Visit: Codable {
    private enum CodingKeys: CodingKey {
        case stay
        case requests
    }

    package init(from decoder: any Decoder) throws {
        let parts = try decoder.container(keyedBy: CodingKeys.self)
        if let seconds = try parts.decodeIfPresent(Double.self, forKey: .stay) {
            self = .stay(seconds: seconds)
        } else {
            self = .requests(try parts.decode(Int.self, forKey: .requests))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var parts = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .stay(let seconds): try parts.encode(seconds, forKey: .stay)
        case .requests(let count): try parts.encode(count, forKey: .requests)
        }
    }
}
