"""The Python half of the matrix: an object for Swift programs to call, made with Pyro5 alone. Prints its URI; ends with its standard input."""

import sys
import threading
import time

import Pyro5.api


@Pyro5.api.expose
class Thing:
    def __init__(self, title="thing"):
        self._title = title
        self._size = 0

    def echo(self, text):
        return text

    def add(self, first, to):
        return first + to

    def anything(self, value):
        return value

    def order(self, item):
        return item

    def nothing(self):
        pass

    def fail(self, text):
        raise ValueError(text)

    def withdraw(self, amount):
        error = ValueError(f"{amount} short")
        error.missing = amount
        raise error

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, size):
        self._size = size

    def setSize(self, size):
        self._size = size

    @Pyro5.api.oneway
    def grow(self, by):
        self._size += by

    def count(self, limit):
        yield from range(limit)

    def breakingCount(self):
        yield 0
        yield 1
        raise RuntimeError("broken")

    def child(self, name):
        child = Thing(name)
        self._pyroDaemon.register(child)
        return child

    def name(self):
        return self._title

    def nameOf(self, other):
        return other._title if isinstance(other, Thing) else other.name()

    def sleep(self, seconds):
        time.sleep(seconds)
        return "slept"


if __name__ == "__main__":
    Pyro5.api.config.SERIALIZER = sys.argv[1] if len(sys.argv) > 1 else "serpent"
    daemon = Pyro5.api.Daemon(host="127.0.0.1", port=0)
    print(daemon.register(Thing(), "thing"), flush=True)
    threading.Thread(target=daemon.requestLoop, daemon=True).start()
    sys.stdin.read()
