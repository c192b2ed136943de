// A thread as Python's `threading` has it: made with a name and a function, started, and waited for. Below it are POSIX threads,
// which are the kernel's: each is preempted by itself, and two run at the same time on two processors.

import Foundation
import Synchronization

/// A thread of the operating system with a name.
///
/// One that was started is either joined or detached, once; otherwise the system keeps its end for somebody who never asks.
public final class NamedThread {
    /// What it is called in the log, and in `ps -T` (there the first 15 bytes).
    public let name: String
    private let target: @Sendable () -> Void
    private var handle: pthread_t?

    /// How many threads without a name there were.
    private static let unnamed = Mutex(0)

    /// A thread that runs `target` once it is started.
    ///
    /// - Parameter name: as in Python, "Thread-1" and so on unless it has one.
    public init(name: String? = nil, target: @escaping @Sendable () -> Void) {
        self.name =
            name
            ?? Self.unnamed.withLock { count in
                count += 1
                return "Thread-\(count)"
            }
        self.target = target
    }

    /// Starts it, and does not wait for it. Ends the process when the system has no thread to give.
    public func start() {
        precondition(handle == nil, "\(name) was started before")
        #if canImport(Glibc)
            var handle = pthread_t()
        #else
            var handle: pthread_t?
        #endif
        let body = Unmanaged.passRetained(Body(name: name, target: target))
        let error = pthread_create(&handle, nil, { Body.run($0) }, body.toOpaque())
        guard error == 0 else {
            log("pthread_create: \(String(cString: strerror(error)))")
            exit(69)
        }
        self.handle = handle
    }

    /// Waits until it has returned.
    public func join() {
        pthread_join(take("join"), nil)
    }

    /// Says that nobody will wait for it: when the process ends, it ends wherever it is.
    public func detach() {
        pthread_detach(take("detach"))
    }

    private func take(_ call: String) -> pthread_t {
        guard let handle else {
            preconditionFailure("\(call): \(name) was not started, or was joined or detached before")
        }
        self.handle = nil
        return handle
    }
}

/// What goes through C's pointer into the new thread.
private final class Body: Sendable {
    let name: String
    let target: @Sendable () -> Void

    init(name: String, target: @escaping @Sendable () -> Void) {
        self.name = name
        self.target = target
    }

    static func run(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        let body = Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue()
        Thread.current.name = body.name
        body.target()
        return nil
    }
}

/// The name of the thread that asks.
public var threadName: String {
    Thread.isMainThread ? "MainThread" : Thread.current.name ?? ""
}
