/// Which blocks of a row are to be sent, in flight, lost, and confirmed. A block is something sent that one answer
/// confirms: a part of a request, or the wish for a part of an answer.
///
/// ```
///              next()                 confirm()
///  not sent ----------> in flight ---------------> confirmed
///                        ^     |  overtaken, time-out, damaged()
///                 next() |     v
///                         lost
/// ```
struct BlockFlight {
    private struct Transmission {
        let index: Int
        let sentAt: Duration
        let isRepeat: Bool
        var isOpen = true
    }

    /// Blocks in all; it may turn out to be another.
    var count: Int {
        didSet { confirmed.append(contentsOf: repeatElement(0, count: max(0, (count + 63) / 64 - confirmed.count))) }
    }
    private(set) var confirmedCount = 0
    private(set) var roundTrip: RoundTripEstimator
    private(set) var window: CongestionWindow
    /// Transmissions that may be open, in order of sending; the first has the number `firstNumber`.
    private var transmissions: ArraySlice<Transmission> = []
    private var firstNumber = 0
    private var numbers: [Int: Int] = [:]
    private var confirmed: [UInt64]
    private var lost: ArraySlice<Int> = []
    private var unsent = 0
    private var newestConfirmed = -1
    /// Losses of transmissions before this one belong to a round trip in which the window was made smaller already.
    private var recoveryEnd = 0
    private var timerStart = Duration.zero
    private var wasFull = false

    init(count: Int, roundTrip: RoundTripEstimator, window: CongestionWindow) {
        self.count = count
        self.roundTrip = roundTrip
        self.window = window
        confirmed = Array(repeating: 0, count: (count + 63) / 64)
    }

    var isComplete: Bool { confirmedCount >= count }
    private var nextNumber: Int { firstNumber + transmissions.count }

    func isConfirmed(_ index: Int) -> Bool {
        confirmed[index >> 6] & 1 << UInt64(index & 63) != 0
    }

    /// Whether it was sent and is not confirmed, so that an answer may be about it.
    func isAwaited(_ index: Int) -> Bool { index < unsent && !isConfirmed(index) }

    /// The next block to send, which is in flight then; `nil` when nothing may be sent now.
    ///
    /// - Parameter limit: only blocks before it are sent for the first time.
    mutating func next(now: Duration, limit: Int = .max) -> Int? {
        wasFull = Double(numbers.count + 1) > window.size
        if wasFull { return nil }
        while let index = lost.popFirst() {
            if isConfirmed(index) || numbers[index] != nil { continue }
            send(index, isRepeat: true, now)
            return index
        }
        guard unsent < min(count, limit) else { return nil }
        unsent += 1
        send(unsent - 1, isRepeat: false, now)
        return unsent - 1
    }

    /// An answer confirmed a block; `false` when it was confirmed before, or never sent.
    mutating func confirm(_ index: Int, now: Duration) -> Bool {
        guard isAwaited(index) else { return false }
        confirmed[index >> 6] |= 1 << UInt64(index & 63)
        confirmedCount += 1
        timerStart = now
        if let number = numbers.removeValue(forKey: index) {
            let place = transmissions.startIndex + (number - firstNumber)
            transmissions[place].isOpen = false
            if !transmissions[place].isRepeat { roundTrip.measure(now - transmissions[place].sentAt) }
            newestConfirmed = max(newestConfirmed, number)
            window.confirmed(number, next: nextNumber, now: now, isFull: wasFull)
        }
        findOvertaken(now)
        return true
    }

    /// The receiver says that a block did not arrive as it was sent: it is lost, but not to a full queue.
    mutating func damaged(_ index: Int) {
        guard index < unsent else { return }
        if isConfirmed(index) {
            confirmed[index >> 6] &= ~(1 << UInt64(index & 63))
            confirmedCount -= 1
        }
        guard let number = numbers.removeValue(forKey: index) else { return lost.append(index) }
        transmissions[transmissions.startIndex + (number - firstNumber)].isOpen = false
        lost.append(index)
    }

    /// When ``wake(now:)`` is to be called; `nil` when nothing is in flight.
    var deadline: Duration? {
        guard !numbers.isEmpty else { return nil }
        let timeout = timerStart + roundTrip.timeout
        guard newestConfirmed >= firstNumber, let first = transmissions.first, first.isOpen else { return timeout }
        return min(timeout, first.sentAt + roundTrip.overtakenAfter)
    }

    /// The time has come: finds what was lost.
    mutating func wake(now: Duration) {
        findOvertaken(now)
        guard !numbers.isEmpty, now >= timerStart + roundTrip.timeout else { return }
        for transmission in transmissions where transmission.isOpen { lost.append(transmission.index) }
        firstNumber = nextNumber
        transmissions = []
        numbers.removeAll(keepingCapacity: true)
        recoveryEnd = nextNumber
        timerStart = now
        roundTrip.backOff()
        window.timedOut(roundTrip)
    }

    private mutating func send(_ index: Int, isRepeat: Bool, _ now: Duration) {
        if numbers.isEmpty { timerStart = now }
        numbers[index] = nextNumber
        transmissions.append(Transmission(index: index, sentAt: now, isRepeat: isRepeat))
    }

    /// What was sent before something that is confirmed, and by long enough, is lost.
    private mutating func findOvertaken(_ now: Duration) {
        let patience = roundTrip.overtakenAfter
        while let first = transmissions.first {
            if first.isOpen {
                guard firstNumber < newestConfirmed, now - first.sentAt >= patience else { return }
                numbers[first.index] = nil
                lost.append(first.index)
                window.noteLoss()
                if firstNumber >= recoveryEnd {
                    window.lost(roundTrip)
                    recoveryEnd = nextNumber
                }
            }
            transmissions.removeFirst()
            firstNumber += 1
        }
    }
}
