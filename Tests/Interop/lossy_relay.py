"""A bad network in user space: a relay of datagrams that loses, delays, reorders, doubles, cuts and damages them by a seed.

As a program: `lossy_relay.py HOST:PORT --seed 1 --loss 0.1 --delay 0.05 ...` prints `HOST:PORT` of its own, and ends with
its standard input.
"""

import argparse
import dataclasses
import heapq
import itertools
import random
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

BUFFER = 8 << 20


# Bytes of the longest header that stands before a block's data.
BLOCK_HEADER = 64


@dataclasses.dataclass
class Weather:
    """What happens to a datagram in each direction: chances from 0 to 1, times in seconds, a rate in bytes a second."""

    seed: int = 1
    loss: float = 0
    duplicate: float = 0
    reorder: float = 0
    truncate: float = 0
    corrupt: float = 0
    delay: float = 0
    jitter: float = 0
    rate: float = 0
    queue: int = 1 << 20
    """Bytes that wait for their turn when there is a rate; what does not fit is lost."""


class Relay:
    """Passes datagrams between clients and one server; a client has a socket of its own on the way to the server."""

    def __init__(self, server: tuple[str, int], weather: Weather):
        self.server, self.weather = server, weather
        self.random = random.Random(weather.seed)
        self.selector = selectors.DefaultSelector()
        self.front = self.bound()
        self.clients: dict[tuple, socket.socket] = {}
        self.waiting: list = []
        self.order = itertools.count()
        self.free_at = {True: 0.0, False: 0.0}

    def bound(self) -> socket.socket:
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        end.bind(("127.0.0.1", 0))
        end.setblocking(False)
        self.selector.register(end, selectors.EVENT_READ)
        return end

    def run(self) -> None:
        self.selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            pause = self.waiting[0][0] - time.monotonic() if self.waiting else None
            for key, _ in self.selector.select(pause if pause is None or pause > 0 else 0):
                if key.fileobj is sys.stdin:
                    return
                self.take(key.fileobj)
            now = time.monotonic()
            while self.waiting and self.waiting[0][0] <= now:
                _, _, datagram, end, address = heapq.heappop(self.waiting)
                end.sendto(datagram, address)

    def take(self, end: socket.socket) -> None:
        """Everything that has come to one of the sockets."""
        while True:
            try:
                datagram, sender = end.recvfrom(2**16)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            if end is self.front:
                if sender not in self.clients:
                    self.clients[sender] = self.bound()
                self.pass_on(datagram, self.clients[sender], self.server, up=True)
            else:
                client = next(address for address, back in self.clients.items() if back is end)
                self.pass_on(datagram, self.front, client, up=False)

    def pass_on(self, datagram: bytes, end: socket.socket, address: tuple, up: bool) -> None:
        weather, chance = self.weather, self.random.random
        if chance() < weather.loss:
            return
        due = time.monotonic()
        if weather.rate:
            begin = max(due, self.free_at[up])
            if (begin - due) * weather.rate + len(datagram) > weather.queue:
                return
            due = self.free_at[up] = begin + len(datagram) / weather.rate
        for _ in range(2 if chance() < weather.duplicate else 1):
            at = due + weather.delay + weather.jitter * chance()
            if chance() < weather.reorder:
                at += weather.delay + 0.01
            heapq.heappush(self.waiting, (at, next(self.order), self.harmed(datagram), end, address))

    def harmed(self, datagram: bytes) -> bytes:
        if datagram and self.random.random() < self.weather.truncate:
            datagram = datagram[:self.random.randrange(len(datagram))]
        if datagram and self.random.random() < self.weather.corrupt:
            # A block's check covers its data (docs/protocols.md): a block whose number is damaged is noticed only when the
            # block of that number comes too, and not at all when that one is lost. Tables of damaged headers are elsewhere.
            beginning = BLOCK_HEADER if len(datagram) > BLOCK_HEADER else 0
            place = self.random.randrange(beginning, len(datagram))
            damaged = datagram[place] ^ 1 << self.random.randrange(8)
            datagram = datagram[:place] + bytes([damaged]) + datagram[place + 1:]
        return datagram


class LossyRelay:
    """The relay as a process of its own, while a `with` block lasts."""

    def __init__(self, server: tuple[str, int], **weather):
        options = [word for name, value in weather.items() for word in (f"--{name}", str(value))]
        self.command = [sys.executable, str(Path(__file__)), f"{server[0]}:{server[1]}", *options]

    def __enter__(self) -> "LossyRelay":
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.text = self.process.stdout.readline().strip()
        host, _, port = self.text.rpartition(":")
        self.address = host, int(port)
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server")
    for field in dataclasses.fields(Weather):
        parser.add_argument(f"--{field.name}", type=field.type if callable(field.type) else float, default=field.default)
    options = vars(parser.parse_args())
    host, _, port = options.pop("server").rpartition(":")
    relay = Relay((host, int(port)), Weather(**options))
    print("{}:{}".format(*relay.front.getsockname()), flush=True)
    relay.run()


if __name__ == "__main__":
    main()
