// The same with a thread as a value: made, started, and waited for.
//
// Lecture notes, chapter 3, "Declaring a thread".
// Try: thread-start, a few times: where does the question come?
// Prints four greetings and the question, in any order. In the notes the question came last; here the main thread is mostly quicker
// than its threads.
// Python waits for every thread before it ends. Swift ends when main does, whatever the threads are at: so main joins them.

import NamedThreads

/// What each thread does.
func user() {
    say("Hello I am User")
}

var threads: [NamedThread] = []
for _ in 0..<4 {
    let thread = NamedThread(target: user)
    threads.append(thread)
    thread.start()
}

say("Click Enter to Terminate ...")
_ = readLine()
for thread in threads { thread.join() }
