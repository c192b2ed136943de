import Glibc

/// The lines of the notes' simulators, with the client's name where theirs have the thread's:
///
///     18:21:41,576 (Client-1) INFO Connected, waiting for service ...
package struct SimulationLog: Sendable {
    enum Level: String {
        case debug = "DEBUG"
        case info = "INFO"
        case error = "ERROR"
    }

    private let time: @Sendable () -> String
    private let write: @Sendable (String) -> Void

    /// A log with the time of day.
    ///
    /// - Parameter write: gets each line, without an end; on the simulator's event loops.
    package init(write: @escaping @Sendable (String) -> Void) {
        self.init(time: Self.timeOfDay, write: write)
    }

    package init(time: @escaping @Sendable () -> String, write: @escaping @Sendable (String) -> Void) {
        self.time = time
        self.write = write
    }

    func line(_ name: String, _ level: Level, _ text: String) {
        write("\(time()) (\(name)) \(level.rawValue) \(text)")
    }

    // MARK: The run

    func begins(_ load: Load, at server: String) {
        let name = "Simulator"
        line(name, .info, "Application start")
        line(name, .info, "\(load.clients) clients will connect to \(server) ...")
        line(name, .debug, "Connection timeout \(Self.seconds(load.timeout)) sec")
        switch load.visit {
        case .stay(let stay): line(name, .debug, "Stay connected for \(Self.seconds(stay)) sec")
        case .requests(let count): line(name, .debug, "Requests of each client: \(count)")
        }
    }

    func ends() {
        line("Simulator", .info, "Terminating ...")
    }

    // MARK: A client

    /// Tells what an event has made of a visit.
    func moved(_ visit: borrowing Visit, from phase: Visit.Phase, _ load: Load, to server: String) {
        let name = visit.client.name
        switch (phase, visit.phase) {
        case (.connecting, .waiting): line(name, .info, "Connected, waiting for service ...")
        case (.waiting, .staying):
            guard case .stay(let stay) = load.visit else { return }
            line(name, .info, "Service available! Keeping it busy for \(Self.seconds(stay)) sec ...")
        case (.leaving, .gone): break
        case (_, .leaving), (_, .gone):
            ended(visit.client, hadConnection: phase != .connecting, server)
            line(name, .info, "Disconnected ...")
        default: break
        }
    }

    private func ended(_ client: SimulationRecord.Client, hadConnection: Bool, _ server: String) {
        switch (client.outcome, client.refusal) {
        case (.served, _): line(client.name, .info, "Finished using a service ...")
        case (.gaveUp, _): line(client.name, .error, "Timeout waiting for service!")
        case (.refused, let refusal):
            let reason = refusal?.sentence ?? "refused"
            let what = hadConnection ? "Server closed connection" : "Can't connect to \(server)"
            let isAnswer = refusal == .wrongAnswer || refusal == .errorAnswer
            line(client.name, .error, isAnswer ? reason : "\(what), error \(reason) ...")
        case (.misfit, _): break
        }
    }

    /// `5`, `0.1`: a whole number as one, others to the microsecond.
    private static func seconds(_ seconds: Double) -> String {
        let rounded = (seconds * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() && rounded < 1e9 ? "\(Int(rounded))" : "\(rounded)"
    }

    private static func timeOfDay() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        localtime_r(&now.tv_sec, &parts)
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0), 2) }.joined(separator: ":")
        return clock + "," + padded(now.tv_nsec / 1_000_000, 3)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension SimulationRecord.Client.Refusal {
    /// What it means, for people.
    package var sentence: String {
        switch self {
        case .notConnected: "connection refused"
        case .noSocket: "no socket or port left for the simulator"
        case .reset: "connection reset"
        case .closedEarly: "closed before the answer was there"
        case .wrongAnswer: "the answer is not the one to the request"
        case .errorAnswer: "the server answered with an error"
        }
    }
}
