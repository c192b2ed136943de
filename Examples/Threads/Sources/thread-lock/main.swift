// Two threads change one counter, and a lock lets in one at a time.
//
// Lecture notes, chapter 3, "Locks in threads".
// Try: thread-lock, and follow "Acquired", "Value", "Released": they always come in threes of one thread, and each value is the one
// before it plus or minus one. thread-lock 1000 is as slow as the notes' program (20 seconds).
// Prints what each thread does, and 0 in the end: ten up, ten down.
// Python's Lock stands beside the value, and nothing but discipline makes a thread take it first. Swift's Mutex has the value inside:
// there is no way to it but withLock, which also gives the lock back however the closure ends (the notes' try and finally). Without
// a lock this would not compile in Swift 6. In Python the GIL does not help either: value = value + 1 is several steps.

import NamedThreads
import Synchronization

func debug(_ message: String) {
    log("(\(threadName.padded(to: 9))) \(message)")
}

final class Counter: Sendable {
    private let locked: Mutex<Int>

    init(start: Int = 0) {
        locked = Mutex(start)
    }

    var value: Int { locked.withLock { $0 } }

    func increment() {
        debug("Waiting for a lock")
        locked.withLock { value in
            debug("Acquired a lock")
            value += 1
            debug("Value \(value)")
            debug("Released a lock")  // as the notes do: said while it is still ours
        }
    }

    func decrement() {
        debug("Waiting for a lock")
        locked.withLock { value in
            debug("Acquired a lock")
            value -= 1
            debug("Value \(value)")
            debug("Released a lock")
        }
    }
}

func workerA(_ counter: Counter) {
    for _ in 0..<10 {
        debug("Sleeping 1.00")
        nap(1)
        counter.increment()
        debug("Done")
    }
}

func workerB(_ counter: Counter) {
    for _ in 0..<10 {
        debug("Sleeping 2.00")
        nap(2)
        counter.decrement()
        debug("Done")
    }
}

let counter = Counter()
let increasing = NamedThread { workerA(counter) }
let decreasing = NamedThread { workerB(counter) }
increasing.start()
decreasing.start()
debug("Waiting for worker threads")
increasing.join()
decreasing.join()
debug("Counter final value: \(counter.value)")
