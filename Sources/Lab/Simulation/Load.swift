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
