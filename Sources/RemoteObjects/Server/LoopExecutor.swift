import DequeModule
import NIOCore

/// Runs tasks on the thread of an event loop: a call is answered without a change of threads.
///
/// What the tasks leave to be done is done at once, one after the other, before the loop looks at its sockets again. Going through
/// the loop's own queue instead costs a lock and two allocations at every `await` of a call.
final class LoopExecutor: TaskExecutor {
    private struct State {
        var jobs = Deque<UnownedJob>()
        /// Whether somebody will see to the jobs.
        var isDraining = false
    }

    /// Jobs that are done before the loop's other work has its turn.
    private static let jobsAtATime = 256

    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    init(_ loop: any EventLoop) {
        self.loop = loop
        state = .makeBoxSendingValue(State(), eventLoop: loop)
    }

    /// One for each loop of a group.
    static func all(of group: any EventLoopGroup) -> [ObjectIdentifier: LoopExecutor] {
        var executors: [ObjectIdentifier: LoopExecutor] = [:]
        for loop in group.makeIterator() { executors[ObjectIdentifier(loop)] = LoopExecutor(loop) }
        return executors
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard loop.inEventLoop else { return loop.execute { self.perform { self.state.value.jobs.append(job) } } }
        state.value.jobs.append(job)
        guard !state.value.isDraining else { return }
        state.value.isDraining = true
        loop.execute { self.drain() }
    }

    /// Does something on the loop's thread that lets tasks go on, and then what they do.
    func perform(_ resume: () -> Void) {
        guard !state.value.isDraining else { return resume() }
        state.value.isDraining = true
        resume()
        drain()
    }

    private func drain() {
        for _ in 0..<Self.jobsAtATime {
            guard let job = state.value.jobs.popFirst() else {
                state.value.isDraining = false
                return
            }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        loop.execute { self.drain() }
    }
}
