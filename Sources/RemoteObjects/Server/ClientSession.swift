import NIOCore
import Synchronization

/// A client that was let in.
final class ClientSession: Sendable {
    /// Who holds the references that it is given.
    let id: ClientID
    /// Its connection: what waits for something on its behalf stops waiting when it is gone.
    let channel: any Channel
    private let limits: RemoteObjectLimits
    /// Where it calls from, and where it found the server: what the channel does not say any more once it is closed.
    let address: SocketAddress?
    let server: SocketAddress?
    private let running = Mutex(0)

    init(_ id: ClientID, _ channel: any Channel, _ limits: RemoteObjectLimits) {
        self.id = id
        self.channel = channel
        self.limits = limits
        (address, server) = (channel.remoteAddress, channel.localAddress)
    }

    /// Whether one more call may run beside those that are answered; one over the limit is waited for.
    func startOneWay() -> Bool {
        running.withLock { running in
            guard running < limits.oneWayCalls else { return false }
            running += 1
            return true
        }
    }

    func endOneWay() {
        running.withLock { $0 -= 1 }
    }
}
