#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A load on sockets, each with one request in flight, and one loop around poll(2). Plain system calls, because on two cores a heavier
/// client would be what is measured.
protocol PolledLoad: ~Copyable {
    /// By number; poll(2) passes over those whose descriptor is negative.
    var sockets: [pollfd] { get set }
    var tally: LoadTally { get set }

    /// Sends a socket's next request, if there are more.
    mutating func send(_ number: Int)
    /// Takes what has come on a socket.
    mutating func receive(_ number: Int)
    /// Counts what has waited for too long as failed.
    mutating func giveUpOld()
}

extension PolledLoad where Self: ~Copyable {
    /// Sends all requests, and waits until each is answered or given up.
    mutating func runToEnd() -> LoadResult {
        let lookEvery: (milliseconds: Int32, nanoseconds: UInt64) = (200, 200_000_000)
        for number in sockets.indices { send(number) }
        var lookAt = MonotonicTime.now() + lookEvery.nanoseconds
        while tally.unanswered > 0 {
            if poll(&sockets, nfds_t(sockets.count), lookEvery.milliseconds) > 0 {
                for number in sockets.indices where sockets[number].revents != 0 { receive(number) }
            }
            if MonotonicTime.now() > lookAt {
                giveUpOld()
                tally.showProgress()
                lookAt = MonotonicTime.now() + lookEvery.nanoseconds
            }
        }
        return tally.finish()
    }
}
