// The same with a join of both: the process waits for User1, however long it sleeps.
//
// Lecture notes, chapter 3, "Daemon threads", the second program (join).
// Try: thread-join beside thread-daemon; thread-join 1000 for the notes' two seconds.
// Prints all four lines, User1's "Leaving" among them.
// The notes join a daemon. A detached thread of POSIX cannot be joined any more, so User1 is an ordinary thread here.

import NamedThreads

func debug(_ message: String) {
    log("[DEBUG] (\(threadName.padded(to: 10))) \(message)")
}

func user1() {
    debug("Arrived")
    nap(2)
    debug("Leaving")
}

func user2() {
    debug("Arrived")
    debug("Leaving")
}

let d = NamedThread(name: "User1", target: user1)
let t = NamedThread(name: "User2", target: user2)

d.start()
t.start()

d.join()
t.join()
