// A thread with an argument: the closure takes it along.
//
// Lecture notes, chapter 3, "Using Argument with thread".
// Try: thread-argument, a few times: each number comes once, not always in this order.
// Prints four numbered greetings and the question.
// Each round of the loop has its own `number`, which the closure keeps. A Python closure would keep the variable, and a late thread
// might see the next round's value; that is why the notes pass `args`. Swift 6 compiles a closure for a thread only when all that it
// takes along may be shared.

import NamedThreads

/// What each thread does.
func user(number: Int) {
    say("Hello I am User number: \(number)")
}

var threads: [NamedThread] = []
for number in 0..<4 {
    let thread = NamedThread { user(number: number) }
    threads.append(thread)
    thread.start()
}

say("Click Enter to Terminate ...")
_ = readLine()
for thread in threads { thread.join() }
