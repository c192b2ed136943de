import DequeModule
import Glibc

/// What producers put in and consumers take out, in that order, guarded by one lock and two condition variables
/// (the pattern of the notes' chapter 3: nobody looks in vain, who cannot go on sleeps until another has changed the queue).
///
/// Bounded: who puts into a full queue waits.
package final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
    // Unchecked: `elements` and `isClosed` are touched only by who holds `lock`.
    private var elements = Deque<Element>()
    private var isClosed = false
    private let limit: Int
    private let depth: Counters.Gauge
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let isNotEmpty = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let isNotFull = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// - Parameters:
    ///   - limit: entries.
    ///   - depth: counts what is in it.
    package init(limit: Int, depth: Counters.Gauge) {
        self.limit = limit
        self.depth = depth
        pthread_mutex_init(lock, nil)
        pthread_cond_init(isNotEmpty, nil)
        pthread_cond_init(isNotFull, nil)
    }

    deinit {
        pthread_cond_destroy(isNotFull)
        pthread_cond_destroy(isNotEmpty)
        pthread_mutex_destroy(lock)
        isNotFull.deallocate()
        isNotEmpty.deallocate()
        lock.deallocate()
    }

    /// Waits while it is full. Nothing is put into a closed queue: that would never come out.
    package func put(_ element: Element) {
        pthread_mutex_lock(lock)
        while elements.count >= limit, !isClosed { pthread_cond_wait(isNotFull, lock) }
        precondition(!isClosed, "a queue is closed when nobody puts anything into it any more")
        elements.append(element)
        depth.add()
        pthread_mutex_unlock(lock)
        pthread_cond_signal(isNotEmpty)  // without the lock, for which the woken one would have to wait
    }

    /// Waits while it is empty; `nil` when it is closed and nothing is left.
    package func take() -> Element? {
        pthread_mutex_lock(lock)
        while elements.isEmpty, !isClosed { pthread_cond_wait(isNotEmpty, lock) }
        let element = elements.popFirst()
        if element != nil { depth.add(-1) }
        pthread_mutex_unlock(lock)
        pthread_cond_signal(isNotFull)
        return element
    }

    /// Ends the consumers, when they have taken what is left.
    package func close() {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        isClosed = true
        pthread_cond_broadcast(isNotEmpty)
    }
}
