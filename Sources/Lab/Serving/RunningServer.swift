package import ServerModels

/// A server of the lab as it tells of itself: what it is, and its counters at one moment.
package struct RunningServer: Sendable, Codable {
    package var pid: Int32
    package var model: String
    package var service: String
    package var endpoint: String
    package var counters: Counters.Snapshot

    package init(pid: Int32, model: String, service: String, endpoint: String, counters: Counters.Snapshot) {
        self.pid = pid
        self.model = model
        self.service = service
        self.endpoint = endpoint
        self.counters = counters
    }
}
