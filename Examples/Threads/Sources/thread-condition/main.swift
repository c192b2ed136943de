// A queue that makes its consumer wait without asking again and again: a condition variable.
//
// Lecture notes, chapter 3, "Conditional Variables in threads".
// Try: thread-condition 1000, and compare the times: "Retrieved" comes in the same millisecond as "Added element", though the
// consumer had been waiting for two seconds.
// Prints the five elements going in and coming out. Often "Added" (said after the lock was given back) comes after "Retrieved".
// Two things are not as in the notes. wait() stands in a `while`: a wait may end without a notification, and with two consumers the
// other one may have taken the element. And the first element comes out first: Python's pop() takes the last.

import Foundation
import NamedThreads

func debug(_ message: String) {
    let style = Date.ISO8601FormatStyle(timeZone: .current).year().month().day().dateTimeSeparator(.space)
    let time = Date.now.formatted(style.time(includingFractionalSeconds: true)).replacing(".", with: ",")
    log("\(time) (\(threadName)) \(message)")
}

final class Queue: Sendable {
    private let condition = NSCondition()  // a lock, and a place to wait for what the lock guards
    // Touched between lock() and unlock() alone, which the compiler cannot see.
    nonisolated(unsafe) private var elements: [Int] = []

    func put(_ element: Int) {
        condition.lock()
        defer { condition.unlock() }
        debug("Added element")
        elements.append(element)
        if elements.count == 1 {
            debug("Queue is no more empty, notifying all waiting threads")
            condition.broadcast()
        }
    }

    func get() -> Int {
        condition.lock()
        defer { condition.unlock() }
        while elements.isEmpty {
            debug("Queue is empty, waiting ...")
            condition.wait()  // gives the lock back, sleeps, and has the lock again when it returns
        }
        return elements.removeFirst()
    }
}

func consumer(_ queue: Queue) {
    debug("Starting consumer thread")
    for _ in 0..<5 {
        let element = queue.get()
        debug("Retrieved: \(element)")
        nap(1)
    }
}

func producer(_ queue: Queue) {
    debug("Starting producer thread")
    for element in 0..<5 {
        queue.put(element)
        debug("Added: \(element)")
        nap(3)
    }
}

let queue = Queue()
let consuming = NamedThread(name: "Consumer") { consumer(queue) }
let producing = NamedThread(name: "Producer") { producer(queue) }
consuming.start()
producing.start()
consuming.join()
producing.join()
debug("Terminating ...")
