import HeapModule
import NIOCore

/// The timers of one event loop's clients, on one timer of the loop.
///
/// NIO cancels a timer by looking at all there are, which with 20,000 clients costs more than everything else. These are never
/// cancelled: who is called asks whether it still matters.
final class ClientTimers {
    private struct Timer: Comparable {
        let time: Duration
        let number: Int
        let action: () -> Void

        static func < (left: Timer, right: Timer) -> Bool {
            left.time == right.time ? left.number < right.number : left.time < right.time
        }

        static func == (left: Timer, right: Timer) -> Bool { left.number == right.number }
    }

    private let loop: any EventLoop
    private let start: NIODeadline
    private var timers = Heap<Timer>()
    private var made = 0
    private var armedFor: Duration?

    /// Timers of a run that started then.
    init(on loop: any EventLoop, start: NIODeadline) {
        self.loop = loop
        self.start = start
    }

    /// Time since the start of the run.
    var now: Duration { .nanoseconds((NIODeadline.now() - start).nanoseconds) }

    /// Does this at a time of the run; of several at one time, in the order of these calls.
    func schedule(at time: Duration, _ action: @escaping () -> Void) {
        made += 1
        timers.insert(Timer(time: time, number: made, action: action))
        arm()
    }

    private func arm() {
        guard let time = timers.min?.time, time < armedFor ?? .seconds(Int64.max) else { return }
        armedFor = time
        loop.assumeIsolated().scheduleTask(deadline: start + .nanoseconds(time.nanoseconds)) {
            self.fire(time)
        }
    }

    private func fire(_ time: Duration) {
        guard time == armedFor else { return }  // an earlier one took its place
        let now = now
        armedFor = nil
        while let first = timers.min, first.time <= now {
            timers.removeMin()
            first.action()
        }
        arm()
    }
}
