// Threads with names, so that a line says who printed it.
//
// Lecture notes, chapter 3, "Identifying the current thread".
// Try: thread-names 1000 & sleep 1; ps -T -p $! shows the names as the system knows them.
// Prints two lines a thread. Of one thread, the first comes first; the threads are not ordered among one another. The third thread
// was given no name and is Thread-1.
// In the notes' output two lines are tangled: Python's print writes a line in parts, and another thread gets between them. Here a
// line is one system call.

import NamedThreads

func user() {
    say("\(threadName) Arrived")
    nap(2)
    say("\(threadName) Leaving")
}

func session() {
    say("\(threadName) Starting")
    nap(3)
    say("\(threadName) Exiting")
}

let t = NamedThread(name: "session", target: session)
let u = NamedThread(name: "User", target: user)
let u2 = NamedThread(target: user)  // the name it gets by itself

u.start()
u2.start()
t.start()

u.join()
u2.join()
t.join()
