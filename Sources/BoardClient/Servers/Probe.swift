import BoardWire
import NIOCore
import NIOPosix

/// Finds out whether somebody answers at an endpoint, and how fast, with something that changes nothing there.
enum Probe {
    /// Where somebody answered, and the time from asking to the answer.
    struct Answer: Sendable {
        let endpoint: Endpoint
        let roundTrip: Duration
    }

    /// The time that an address has for itself before the next one is tried beside it (RFC 8305, section 5).
    static let attemptDelay = Duration.milliseconds(250)

    private enum Event: Sendable {
        case answered(Answer)
        case failed(ClientError)
        /// The attempt with this number has had its time alone.
        case waited(Int)
    }

    /// Tries addresses in order, the next one as soon as one fails or has not answered for a while; the first answer wins.
    static func race(
        _ addresses: [Endpoint], by transport: Transport, within time: Duration
    ) async throws(ClientError) -> Answer {
        let result = await withTaskGroup(of: Event.self) { group -> Result<Answer, ClientError> in
            var begun = 0
            var failed = 0
            func begin() {
                guard begun < addresses.count else { return }
                let endpoint = addresses[begun]
                begun += 1
                let number = begun
                group.addTask {
                    do throws(ClientError) {
                        return .answered(try await once(endpoint, by: transport, within: time))
                    } catch {
                        return .failed(error)
                    }
                }
                guard begun < addresses.count else { return }
                group.addTask {
                    try? await Task.sleep(for: attemptDelay)  // cancelled when it is decided
                    return .waited(number)
                }
            }
            begin()
            defer { group.cancelAll() }
            while let event = await group.next() {
                switch event {
                case .answered(let answer): return .success(answer)
                case .failed(let error):
                    failed += 1
                    if failed == addresses.count { return .failure(error) }
                    if failed == begun { begin() }
                case .waited(let number): if number == begun { begin() }
                }
            }
            return .failure(.unreachable(endpoint: "nowhere", reason: "there is no address"))
        }
        return try result.get()
    }

    /// Asks one endpoint: a request for the newest number, or a connection that is closed again.
    static func once(
        _ endpoint: Endpoint, by transport: Transport, within time: Duration
    ) async throws(ClientError) -> Answer {
        let start: ContinuousClock.Instant
        do {
            switch transport {
            case .datagrams:
                let road = UDPRoad(endpoint, timeout: time)
                start = .now
                try await road.exchange(RequestBytes(.lastIDs(count: 1))) { _ in }
            case .connections:
                let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connectTimeout(TimeAmount(time))
                start = .now
                let channel = try await bootstrap.connect(host: endpoint.host, port: endpoint.port).get()
                channel.close(promise: nil)
            }
        } catch let error as ClientError {
            throw error
        } catch {
            throw .unreachable(endpoint: "\(endpoint)", reason: words(for: error))
        }
        return Answer(endpoint: endpoint, roundTrip: start.duration(to: .now))
    }

    /// The shortest of a few round trips, since the first ones pay for the machine's warming up; `nil` when nobody answers.
    static func roundTrip(_ endpoint: Endpoint, by transport: Transport, within time: Duration) async -> Duration? {
        var best: Duration?
        for _ in 0..<5 {
            guard let answer = try? await once(endpoint, by: transport, within: time) else { break }
            best = min(best ?? answer.roundTrip, answer.roundTrip)
        }
        return best
    }
}
