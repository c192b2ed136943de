"""A counter that moves: `counter.py serve` says a URI, `counter.py call URI URI` counts at two servers.

Pyro5 moves no objects; but a Python object can go to a Swift server, which takes it in, and leave behind who passes its calls on.
"""

import sys

from Pyro5.api import Daemon, Proxy, expose


@expose
class Counter:
    number = 0

    def increment(self):
        self.number += 1
        return self.number


@expose
class Moved:
    def __init__(self, uri):
        self.uri = uri

    def increment(self):
        with Proxy(self.uri) as counter:
            return counter.increment()


@expose
class Counters:
    def move(self, name, to):
        with Proxy(f"PYRO:Pyro.Daemon@{to}") as place:
            # What mboard's servers tell each other when an object moves: its name, and its state in JSON.
            place.adopt(name, str(daemon.objectsById[name].number).encode())
        daemon.unregister(name)
        daemon.register(Moved(f"PYRO:{name}@{to}"), name)


if sys.argv[1] == "serve":
    daemon = Daemon(port=0)
    daemon.register(Counter(), "counter/a")
    print(daemon.register(Counters(), "counters"), flush=True)
    daemon.requestLoop()
else:
    first, second = (uri.rpartition("@")[2] for uri in sys.argv[2:])
    counter = Proxy(f"PYRO:counter/a@{first}")
    print("first server:", counter.increment())
    print("first server:", counter.increment())
    Proxy(f"PYRO:counters@{first}").move("counter/a", second)
    print("after the move:", counter.increment())
    print("second server:", Proxy(f"PYRO:counter/a@{second}").increment())
