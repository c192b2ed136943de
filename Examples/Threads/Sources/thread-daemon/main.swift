// A thread that nobody waits for ends with the process, in the middle of what it does.
//
// Lecture notes, chapter 3, "Daemon threads", the first program.
// Try: thread-daemon, then thread-join.
// Prints what User2 says, and that User1 arrived; not that it leaves: it sleeps when the process ends. Even "Arrived" is no promise:
// on a busy machine the process may be over before User1 had a processor at all.
// Python knows daemon threads and others, and waits for the others at its end. Swift and POSIX have one kind: all threads die with
// the process, detached or not, and whoever wants a thread's end joins it. So a daemon is a thread that is not joined.

import NamedThreads

func debug(_ message: String) {
    log("[DEBUG] (\(threadName.padded(to: 10))) \(message)")
}

func user1() {
    debug("Arrived")
    nap(1000)  // the notes' 2 and more: however slow this machine, the process does not live that long
    debug("Leaving")
}

func user2() {
    debug("Arrived")
    debug("Leaving")
}

let d = NamedThread(name: "User1", target: user1)
let t = NamedThread(name: "User2", target: user2)

d.start()
d.detach()  // User1 is a daemon
t.start()

t.join()  // what Python does by itself for a thread that is no daemon
