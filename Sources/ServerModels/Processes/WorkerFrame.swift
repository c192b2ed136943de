import Glibc

/// What a server and its worker processes say to each other over a socket pair.
///
///      0        4      5
///     +--------+------+-----------------------------+
///     | length | kind | payload (length - 1 bytes)  |     length: big-endian, of what follows it
///     +--------+------+-----------------------------+
///
///     request: payload = port (2, big-endian), bytes of the address (1), the address, the request
///     answer, failure: payload = the answer; the reason, UTF-8
struct WorkerFrame {
    enum Kind: UInt8 {
        case request = 0
        case answer = 1
        case failure = 2
    }

    let kind: Kind
    let payload: [UInt8]

    init(_ kind: Kind, _ payload: [UInt8]) {
        self.kind = kind
        self.payload = payload
    }

    /// A request with its client's address.
    init(_ request: [UInt8], from peer: Peer) {
        let address = Array(peer.address.utf8.prefix(Int(UInt8.max)))
        self.init(
            .request,
            [UInt8(truncatingIfNeeded: peer.port >> 8), UInt8(truncatingIfNeeded: peer.port), UInt8(address.count)]
                + address + request)
    }

    /// The request of a frame, and the client's address; `nil` when the payload is cut short.
    var request: (bytes: [UInt8], peer: Peer)? {
        guard kind == .request, payload.count >= 3, payload.count >= 3 + Int(payload[2]) else { return nil }
        let end = 3 + Int(payload[2])
        let address = String(decoding: payload[3..<end], as: UTF8.self)
        return (Array(payload[end...]), Peer(address: address, port: Int(payload[0]) << 8 | Int(payload[1])))
    }

    // MARK: Sending and receiving

    /// Sends it whole.
    func write(to descriptor: Int32) throws(WorkerError) {
        let length = UInt32(payload.count + 1)
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + [kind.rawValue] + payload
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .died(String(cString: strerror(errno))) }
            sent += count
        }
    }

    /// Waits for the next one; `nil` when the other side has closed between two.
    ///
    /// - Parameter limit: bytes of a frame.
    static func read(from descriptor: Int32, limit: Int) throws(WorkerError) -> WorkerFrame? {
        guard let head = try bytes(5, from: descriptor) else { return nil }
        let length = head[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard length >= 1, length <= limit, let kind = Kind(rawValue: head[4]) else {
            throw .died("it sent what is no frame")
        }
        guard let payload = try bytes(length - 1, from: descriptor) else { throw .died("it ended in the middle") }
        return WorkerFrame(kind, payload)
    }

    /// `nil` when the stream ends before the first byte.
    private static func bytes(_ count: Int, from descriptor: Int32) throws(WorkerError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let piece = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + got, count - got, 0) }
            if piece < 0, errno == EINTR { continue }
            guard piece >= 0 else { throw .died(String(cString: strerror(errno))) }
            if piece == 0 {
                guard got == 0 else { throw .died("it ended in the middle") }
                return nil
            }
            got += piece
        }
        return bytes
    }
}

/// A worker process did not answer a request.
enum WorkerError: Error, CustomStringConvertible {
    /// It has ended, or says what is no frame.
    case died(String)
    /// The request is over the bytes of a frame.
    case tooBig(Int)
    /// It cannot be started.
    case notStarted(SystemCallError)
    /// Its handler threw.
    case failed(String)

    /// Whether there was a process, and is none any more.
    var isDeath: Bool {
        if case .died = self { true } else { false }
    }

    var description: String {
        switch self {
        case .died(let reason): "the worker process that had the request died (\(reason)); ask again"
        case .tooBig(let bytes): "a request of \(bytes) bytes does not fit a frame"
        case .notStarted(let error): "no worker process can be started: \(error)"
        case .failed(let reason): reason
        }
    }
}
