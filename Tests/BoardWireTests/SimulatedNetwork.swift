import SeededRandom

/// What a way does to datagrams; the probabilities are of one datagram, each on its own.
struct Conditions: Sendable {
    var delay = Duration.milliseconds(10)
    /// Up to so much is added to the delay.
    var jitter = Duration.zero
    var loss = 0.0
    var duplicate = 0.0
    /// Held back by five times the delay.
    var reorder = 0.0
    var truncate = 0.0
    /// One byte becomes another.
    var corrupt = 0.0
    /// A bottleneck that all clients share, and its queue, which drops what it cannot hold.
    var bytesPerSecond: Double?
    var queueBytes = 100_000.0
}

/// Somebody on the simulated network.
protocol SimulatedEnd: AnyObject {
    /// What it sends now.
    func send(now: Duration) -> [[UInt8]]
    func receive(_ datagram: [UInt8], now: Duration)
    /// When it wants to be asked again; `nil` when it has nothing to do.
    var deadline: Duration? { get }
}

/// Clients and one server in simulated time; everything that happens by chance comes from a seed.
final class SimulatedNetwork {
    private struct Flight {
        let at: Duration
        let order: Int
        let client: Int
        let toServer: Bool
        let datagram: [UInt8]
    }

    private(set) var now = Duration.zero
    /// Datagrams and bytes that clients sent.
    private(set) var datagrams = 0
    private let conditions: Conditions
    private var random: SeededGenerator
    private let clients: [any SimulatedEnd]
    private let server: ReferenceSessionServer
    private var heap: [Flight] = []
    private var order = 0
    private var linkFreeAt = Duration.zero

    init(_ conditions: Conditions, seed: UInt64, clients: [any SimulatedEnd], server: ReferenceSessionServer) {
        self.conditions = conditions
        random = SeededGenerator(seed: seed)
        self.clients = clients
        self.server = server
    }

    /// Runs until no client has anything to do, or until a time.
    func run(until end: Duration) {
        for client in clients.indices { flush(client) }
        while true {
            let wakes = clients.indices.compactMap { client in clients[client].deadline.map { (client, $0) } }
            let arrival = heap.first?.at
            guard let (waker, wakeAt) = wakes.min(by: { $0.1 < $1.1 }) else {
                guard arrival != nil else { return }
                deliver(pop())  // what is still under way when the last client has done
                continue
            }
            let next = min(wakeAt, arrival ?? wakeAt)
            guard next <= end else { return now = end }
            now = max(now, next)
            if let arrival, arrival <= wakeAt {
                deliver(pop())
            } else {
                flush(waker)
            }
        }
    }

    private func deliver(_ flight: Flight) {
        if flight.toServer {
            for answer in server.receive(flight.datagram, from: flight.client, now: now) {
                transmit(answer, client: flight.client, toServer: false)
            }
        } else {
            clients[flight.client].receive(flight.datagram, now: now)
            flush(flight.client)
        }
    }

    private func flush(_ client: Int) {
        for datagram in clients[client].send(now: now) {
            datagrams += 1
            transmit(datagram, client: client, toServer: true)
        }
    }

    private func happens(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &random) < probability
    }

    private func transmit(_ original: [UInt8], client: Int, toServer: Bool) {
        var at = now
        if toServer, let rate = conditions.bytesPerSecond {
            let start = max(now, linkFreeAt)
            if (start - now) / .seconds(1) * rate > conditions.queueBytes { return }
            linkFreeAt = start + .seconds(Double(original.count) / rate)
            at = linkFreeAt
        }
        if happens(conditions.loss) { return }
        var datagram = original
        if happens(conditions.truncate) { datagram.removeLast(Int.random(in: 0...datagram.count, using: &random)) }
        if happens(conditions.corrupt), !datagram.isEmpty {
            datagram[Int.random(in: 0..<datagram.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        for _ in 0..<(happens(conditions.duplicate) ? 2 : 1) {
            var arrival = at + conditions.delay
            if conditions.jitter > .zero {
                arrival += conditions.jitter * Double.random(in: 0..<1, using: &random)
            }
            if happens(conditions.reorder) { arrival += conditions.delay * 5 }
            order += 1
            push(Flight(at: arrival, order: order, client: client, toServer: toServer, datagram: datagram))
        }
    }

    private func isBefore(_ left: Flight, _ right: Flight) -> Bool {
        (left.at, left.order) < (right.at, right.order)
    }

    private func push(_ flight: Flight) {
        heap.append(flight)
        var child = heap.count - 1
        while child > 0, isBefore(heap[child], heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func pop() -> Flight {
        let first = heap[0]
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(heap[child], heap[least])
            {
                least = child
            }
            if least == parent { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
