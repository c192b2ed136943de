"""A stream: `stream.py serve` says a URI, `stream.py call URI` takes the items of what is there."""

import sys

from Pyro5.api import Daemon, Proxy, expose


@expose
class Countdown:
    def count(self, start):
        yield from range(start, -1, -1)


if sys.argv[1] == "serve":
    daemon = Daemon(port=0)
    print(daemon.register(Countdown(), "countdown"), flush=True)
    daemon.requestLoop()
else:
    countdown = Proxy(sys.argv[2])
    for number in countdown.count(3):
        print(number)
    # Left early: the object makes no more.
    for number in countdown.count(1_000_000):
        print(number)
        break
