// Threads as the system has them: a function given to pthread_create runs beside the main thread.
//
// Lecture notes, chapter 3, "Thread module" (start_new_thread).
// Try: thread-create; while it waits for Enter the four threads are over already: ps -T -C thread-create shows the main one alone.
// Prints four greetings and the question, in any order: nothing says which thread gets a processor first.
// Python's threads take turns, since one lock (the GIL) guards the interpreter. Swift has no such lock: two threads run at once on
// two processors. Nobody can wait for a detached thread; what keeps the process alive for them is that main waits for Enter. And
// mind the @Sendable: without it a closure in main.swift counts as the main thread's own, and Swift 6 stops the program when
// another thread runs it.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import NamedThreads

/// What each thread does.
func user() {
    say("Hello I am User")
}

for _ in 0..<4 {
    #if canImport(Glibc)
        var thread = pthread_t()
    #else
        var thread: pthread_t?
    #endif
    let error = pthread_create(
        &thread, nil,
        { @Sendable _ in
            pthread_detach(pthread_self())
            user()
            return nil
        }, nil)
    guard error == 0 else {
        log("pthread_create: \(String(cString: strerror(error)))")
        exit(69)
    }
}

say("Click Enter to Terminate ...")
_ = readLine()
