import NIOCore
import NIOPosix

/// What the connections of each event loop leave to be waited for, and tasks on that loop that do it.
struct Lanes<Work: Sendable>: Sendable {
    private struct Lane: Sendable {
        let executor: EventLoopExecutor
        let work: AsyncStream<Work>
        let input: AsyncStream<Work>.Continuation
    }

    private let lanes: [Lane]
    private let inputs: [ObjectIdentifier: AsyncStream<Work>.Continuation]

    /// The lanes of a group's loops. Each holds no more work than its connections hand over: one piece at a time.
    init(_ group: MultiThreadedEventLoopGroup) {
        let loops = Array(group.makeIterator())
        lanes = loops.map { loop in
            let (work, input) = AsyncStream.makeStream(of: Work.self)
            return Lane(executor: EventLoopExecutor(loop), work: work, input: input)
        }
        inputs = Dictionary(uniqueKeysWithValues: zip(loops, lanes).map { (ObjectIdentifier($0), $1.input) })
    }

    /// Where connections of a loop of the group put their work.
    func input(on loop: any EventLoop) -> AsyncStream<Work>.Continuation {
        inputs[ObjectIdentifier(loop)]!  // every loop of the group has one
    }

    /// No more work will come.
    func finish() {
        for lane in lanes { lane.input.finish() }
    }

    /// Carries out all work, each piece in a task on the loop that it came from, until ``finish()``.
    func carryOut(_ body: @escaping @Sendable (Work) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for lane in lanes {
                group.addTask(executorPreference: lane.executor) {
                    await withDiscardingTaskGroup { group in
                        for await piece in lane.work {
                            group.addImmediateTask(executorPreference: lane.executor) { await body(piece) }
                        }
                    }
                }
            }
        }
    }
}
