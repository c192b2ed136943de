import CLinux
import Glibc

/// A thread of the operating system with a name, which is waited for at its end.
final class NamedThread: Sendable {
    /// Bytes of its stack: many threads share a process.
    private static let stackBytes = 512 << 10

    private let handle: pthread_t

    /// Starts it.
    ///
    /// - Parameter name: at most 15 bytes are kept; `ps -L` and the log show it.
    /// - Throws: ``SystemCallError`` when the system has no thread to give.
    init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        defer { pthread_attr_destroy(&attributes) }
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, &attributes,
            { argument in
                // What `init` retained for this thread alone.
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                _ = linux_set_thread_name(String(start.name.prefix(15)))
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemCallError("pthread_create", code)
        }
        self.handle = handle
    }

    /// Waits for its end. To be called once.
    func join() {
        pthread_join(handle, nil)
    }

    /// Lets it end by itself, instead of ``join()``.
    func detach() {
        pthread_detach(handle)
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}

/// The name of the thread that calls, as the system knows it.
public func currentThreadName() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { name in
        guard linux_get_thread_name(name.baseAddress, name.count) == 0 else { return "?" }
        return String(cString: name.baseAddress!)
    }
}

/// A call of the system that failed.
public struct SystemCallError: Error, Hashable, CustomStringConvertible {
    /// The call's name.
    public let call: String
    /// Its `errno`.
    public let code: Int32

    init(_ call: String, _ code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    /// The call, and why it failed.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
