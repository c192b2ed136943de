import NIOCore
import Synchronization

/// When each process that holds objects here was last heard of.
final class LeaseBook: Sendable {
    private let heard = Mutex<[String: NIODeadline]>([:])
    private let objects: ObjectTable
    private let limits: RemoteObjectLimits

    init(_ objects: ObjectTable, _ limits: RemoteObjectLimits) {
        self.objects = objects
        self.limits = limits
    }

    /// A process is there.
    ///
    /// - Returns: `false` when there are as many as there may be.
    func heard(of process: String, at now: NIODeadline) -> Bool {
        heard.withLock { heard in
            guard heard[process] != nil || heard.count < limits.processes else { return false }
            heard[process] = now
            return true
        }
    }

    /// Lets go of what those hold that nothing was heard of for too long.
    func sweep(at now: NIODeadline) {
        let gone = heard.withLock { heard in
            let latest = now - .milliseconds(Int64(limits.leaseSeconds * 1_000))
            let gone = heard.filter { $0.value < latest }.keys
            for process in gone { heard[process] = nil }
            return gone
        }
        for process in gone { objects.release(.process(process)) }
    }
}
