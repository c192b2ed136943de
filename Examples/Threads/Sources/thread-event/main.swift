// An event: threads wait for something that happens once, and all of them go on when it has.
//
// Lecture notes, chapter 3, "Events in threads" (they name Python's Event objects and leave the program to a page of the web).
// Try: thread-event 1000: "Patient" waits three seconds; "Busy" wakes up each second and does something else meanwhile.
// Prints the main thread setting the event, and after it, not before, that both threads saw it.
// Swift's library has no Event. It is a Bool and a condition variable, which is also what Python's is made of.

import Foundation
import NamedThreads

func debug(_ message: String) {
    log("[DEBUG] (\(threadName.padded(to: 10))) \(message)")
}

final class Event: Sendable {
    private let condition = NSCondition()
    // Touched between lock() and unlock() alone, which the compiler cannot see.
    nonisolated(unsafe) private var isSet = false

    func set() {
        condition.lock()
        defer { condition.unlock() }
        isSet = true
        condition.broadcast()
    }

    /// Waits until it is set.
    func wait() {
        condition.lock()
        defer { condition.unlock() }
        while !isSet { condition.wait() }
    }

    /// Waits until it is set or the time is over; whether it is set.
    func wait(atMost seconds: Double) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let end = Date(timeIntervalSinceNow: seconds * second)
        while !isSet, condition.wait(until: end) {}
        return isSet
    }
}

func patient(_ event: Event) {
    debug("Waiting for the event")
    event.wait()
    debug("The event is set, going on")
}

func busy(_ event: Event) {
    debug("Waiting for the event, a second at a time")
    while !event.wait(atMost: 1) {
        debug("No event yet, doing other work")
    }
    debug("The event is set, going on")
}

let event = Event()
let threads = [
    NamedThread(name: "Patient") { patient(event) },
    NamedThread(name: "Busy") { busy(event) },
]
for thread in threads { thread.start() }
nap(3.5)
debug("Setting the event")
event.set()
for thread in threads { thread.join() }
debug("Terminating ...")
