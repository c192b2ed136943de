"""A callback: `callback.py serve` says a URI, `callback.py call URI` passes an object of its own, and is called."""

import sys
import threading

from Pyro5.api import Daemon, Proxy, expose


@expose
class Worker:
    def work(self, steps, listener):
        for step in range(1, steps + 1):
            listener.told(f"step {step}")
        return "done"


@expose
class Listener:
    def told(self, news):
        print("told:", news, flush=True)


daemon = Daemon(port=0)
if sys.argv[1] == "serve":
    print(daemon.register(Worker(), "worker"), flush=True)
    daemon.requestLoop()
else:
    listener = Listener()
    daemon.register(listener)
    threading.Thread(target=daemon.requestLoop, daemon=True).start()
    print(Proxy(sys.argv[2]).work(3, listener))
