import HeapModule
import NIOCore

/// The clock and the timers of one event loop's clients.
///
/// The clock stands still while the loop does: when the whole machine has stalled, time-outs must not all be over before anybody
/// could look for the answers that came meanwhile. How long it stood is kept, and said in the record.
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

    /// How often the loop looks at its clock, and how late it may be before that is a stall.
    private static let beat = Duration.milliseconds(10)
    private static let tolerance = Duration.milliseconds(50)

    /// Timers that come without the loop looking at its sockets meanwhile, and the time that it has for looking: tasks that are due
    /// keep a loop from them.
    private static let atOnce = 64
    private static let pause = Duration.microseconds(100)

    /// How long the loop did not run.
    private(set) var stalled = Duration.zero
    private let loop: any EventLoop
    private let start: NIODeadline
    private var timers = Heap<Timer>()
    private var made = 0
    private var armedFor: Duration?
    private var beatDue = Duration.zero

    /// Timers of a run that started then.
    init(on loop: any EventLoop, start: NIODeadline) {
        self.loop = loop
        self.start = start
    }

    /// Time since the start of the run, without that of stalls; to be asked when ``watch()`` has been called.
    var now: Duration { now(at: elapsed) }

    /// The same for who has just asked for ``elapsed``.
    func now(at elapsed: Duration) -> Duration {
        // Whoever asks may be the first to run after a stall: it is noticed before anybody is told that time is over.
        let late = elapsed - beatDue
        if late > Self.tolerance {
            stalled += late
            beatDue += late
        }
        return elapsed - stalled
    }

    /// Time since the start of the run.
    var elapsed: Duration { .nanoseconds((NIODeadline.now() - start).nanoseconds) }

    /// Watches for stalls from now on, until the loop ends.
    func watch() {
        beatDue = elapsed + Self.beat
        loop.assumeIsolated().scheduleTask(deadline: deadline(beatDue)) {
            _ = self.now
            self.watch()
        }
    }

    private func deadline(_ elapsed: Duration) -> NIODeadline { start + .nanoseconds(elapsed.nanoseconds) }

    /// Does this at a time of the run; of several at one time, in the order of these calls.
    func schedule(at time: Duration, _ action: @escaping () -> Void) {
        made += 1
        timers.insert(Timer(time: time, number: made, action: action))
        arm()
    }

    private func arm(notBefore pause: Duration = .zero) {
        guard let time = timers.min?.time, time < armedFor ?? .seconds(Int64.max) else { return }
        armedFor = time
        loop.assumeIsolated().scheduleTask(deadline: deadline(max(time + stalled, pause))) { self.fire(time) }
    }

    private func fire(_ time: Duration) {
        guard time == armedFor else { return }  // an earlier one took its place
        let now = now
        armedFor = nil
        var room = Self.atOnce
        while room > 0, let first = timers.min, first.time <= now {
            room -= 1
            timers.removeMin()
            first.action()
        }
        arm(notBefore: elapsed + Self.pause)
    }
}
