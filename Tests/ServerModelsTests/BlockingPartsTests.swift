import Foundation
import ServerModels
import Synchronization
import Testing
import SeededRandom

/// The queue and the crew, with many threads.
struct BlockingPartsTests {
    @Test(arguments: [1, 2, 7, 100] as [Int], [1, 5] as [Int])
    func `everything that is put into a queue is taken once, in the order of its producer`(
        limit: Int, threads: Int
    ) async throws {
        let depth = Counters.Gauge()
        let queue = BlockingQueue<(producer: Int, number: Int)>(limit: limit, depth: depth)
        let taken = Mutex<[[(producer: Int, number: Int)]]>([])
        let consumers = crowd(threads) { _ in
            var mine: [(producer: Int, number: Int)] = []
            while let element = queue.take() { mine.append(element) }
            taken.withLock { $0.append(mine) }
        }
        await crowd(threads) { producer in
            var random = SeededGenerator(seed: UInt64(producer))
            for number in 0..<2_000 {
                queue.put((producer, number))
                if Int.random(in: 0..<50, using: &random) == 0 { sched_yield() }
            }
        }.value
        queue.close()
        await consumers.value
        let all = taken.withLock(\.self)
        #expect(all.joined().count == threads * 2_000)
        for producer in 0..<threads {
            // Each consumer sees a producer's in order, and all of them together see every one.
            for mine in all {
                let numbers = mine.filter { $0.producer == producer }.map(\.number)
                #expect(numbers == numbers.sorted())
            }
            #expect(Set(all.joined().filter { $0.producer == producer }.map(\.number)).count == 2_000)
        }
        #expect(depth.now == 0)
        #expect((1...limit).contains(depth.peak))
    }

    @Test func `a closed queue gives what is left, and then the end to all that wait`() async throws {
        let queue = BlockingQueue<Int>(limit: 10, depth: Counters.Gauge())
        for number in 0..<10 { queue.put(number) }
        queue.close()
        #expect((0..<10).map { _ in queue.take() } == Array(0..<10))
        #expect(queue.take() == nil)
        let empty = BlockingQueue<Int>(limit: 10, depth: Counters.Gauge())
        let waiting = crowd(8) { _ in while empty.take() != nil {} }
        empty.close()
        await waiting.value
    }

    @Test(arguments: [1, 3, 50])
    func `a crew does all its work, in no more threads than it may have`(limit: Int) async throws {
        let counters = Counters()
        let crew = ThreadCrew("Worker", limit: limit, counters: counters, logger: quiet)
        let done = Mutex<[String: Int]>([:])
        await crowd(4) { _ in
            for _ in 0..<250 {
                crew.start {
                    let name = currentThreadName()
                    done.withLock { $0[name, default: 0] += 1 }
                }
            }
        }.value
        await crowd(1) { _ in crew.waitForAll() }.value
        // A thread for each piece of work, each with a name of its own.
        #expect(done.withLock(\.self) == Dictionary(uniqueKeysWithValues: (1...1_000).map { ("Worker-\($0)", 1) }))
        #expect(counters.threads.now == 0)
        #expect((1...limit).contains(counters.threads.peak))
    }

    @Test func `a gauge knows its peak, a tally only grows`() async throws {
        let gauge = Counters.Gauge()
        await crowd(8) { _ in
            for _ in 0..<10_000 {
                gauge.add()
                gauge.add(-1)
            }
        }.value
        #expect(gauge.now == 0)
        #expect((1...8).contains(gauge.peak))
    }

    /// Threads that all do the same; a task that waits for them.
    @discardableResult
    private func crowd(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Task<Void, Never> {
        let (ends, end) = AsyncStream<Void>.makeStream()
        for number in 0..<count {
            Thread.detachNewThread {
                body(number)
                end.yield()
            }
        }
        // Unstructured: the caller decides when to wait.
        return Task {
            var left = count
            for await _ in ends {
                left -= 1
                if left == 0 { break }
            }
        }
    }
}
