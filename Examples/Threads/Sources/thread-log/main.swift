// A log whose every line has the level and the thread's name.
//
// Lecture notes, chapter 3, "Logging debug".
// Try: thread-log 1000; thread-log 2>/dev/null prints nothing, since a log goes to standard error.
// Prints what thread-names does, as a log. Python's format [%(levelname)s] (%(threadName)-10s) %(message)s is a function here.

import NamedThreads

func debug(_ message: String) {
    log("[DEBUG] (\(threadName.padded(to: 10))) \(message)")
}

func user() {
    debug("Arrived")
    nap(2)
    debug("Leaving")
}

func session() {
    debug("Starting")
    nap(3)
    debug("Exiting")
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
