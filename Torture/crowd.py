"""Many clients that publish at once on both roads, lose answers, and ask again."""

import random
import threading

from . import wire
from .publication import Author, Publication, Sizes, Tally

UDP_CLIENTS = 20
TCP_CLIENTS = 6


class Ends:
    """How a load ends: finish what is in hand, or give up at once because the server is gone."""

    def __init__(self):
        self.finish, self.give_up = threading.Event(), threading.Event()


class Client(threading.Thread):
    def __init__(self, road: str, server, author: Author, rng: random.Random, ends: "Ends", tally: Tally):
        super().__init__(daemon=True)
        self.ask, self.address = (wire.ask_udp, server.udp) if road == "udp" else (wire.ask_tcp, server.tcp)
        self.server, self.author, self.rng, self.ends, self.tally = server, author, rng, ends, tally
        self.pending: list[Publication] = []
        self.publications: list[Publication] = []
        self.fresh = True  # publish new messages, not only the pending ones
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            for publication in self.pending:
                self.publish(publication)
            while self.fresh and not self.ends.finish.is_set():
                publication = self.author.next()
                self.publications.append(publication)
                self.publish(publication)
                self.look_back()
        except Exception as error:  # reported by the crowd: a dead client must not look like a quiet one
            self.fault = error

    def publish(self, publication: Publication) -> None:
        """Request 7 until it is acknowledged, request 1 a single time: repeating that one would double it."""
        publication.sending()
        for attempt in range(1000):
            try:
                if attempt == 0 and publication.once and self.rng.random() < 0.1:
                    publication.ports.add(self.server.ask_and_leave(publication.to_bytes()))
                publication.answered(self.exchange(publication.to_bytes(), publication.ports.add))
            except wire.NoAnswer:
                pass
            self.tally.add(publication)
            done = publication.acknowledged or publication.complaints or not publication.once
            if done or self.ends.finish.wait(0.002 if attempt < 5 else 0.02):
                return

    def look_back(self) -> None:
        """Reads an own message, or repeats its request as if the answer had been lost."""
        earlier = self.rng.choice(self.publications[-20:])
        if not (earlier.once and earlier.acknowledged and earlier.ids) or self.rng.random() > 0.1:
            return
        try:
            if self.rng.random() < 0.5:
                earlier.answered(self.exchange(earlier.to_bytes(), earlier.ports.add))
            else:
                self.read(earlier)
        except wire.NoAnswer:
            pass

    def read(self, publication: Publication) -> None:
        answer = self.exchange(b"3:%d" % min(publication.ids))
        try:
            moment, ip, port, body = wire.parse_message(answer)
        except ValueError as error:
            publication.complaints.append(f"{publication} was acknowledged, then read: {error}")
            return
        if body != publication.body:
            publication.complaints.append(f"{publication} was acknowledged, then read with another body")
        publication.seen = publication.seen or (moment, ip, port)

    def exchange(self, request: bytes, on_port=None) -> bytes:
        return self.ask(self.address, request, self.ends.give_up.is_set, on_port)


class Crowd:
    """Starts its clients, each with a part of what is pending; both ways to end it return what they published."""

    def __init__(self, server, rng: random.Random, title: str, pending=(), fresh: bool = True,
                 sizes: Sizes = Sizes(), smallest_share: float = 0.25):
        self.ends, self.tally = Ends(), Tally()
        udp = max(1, int(UDP_CLIENTS * rng.uniform(smallest_share, 1)))
        tcp = max(1, int(TCP_CLIENTS * rng.uniform(smallest_share, 1)))
        roads = ["udp"] * udp + ["tcp"] * tcp
        self.clients = []
        for number, road in enumerate(roads):
            own = random.Random(rng.getrandbits(64))
            client = Client(road, server, Author(f"{title}/{number}", own, sizes), own, self.ends, self.tally)
            client.pending = list(pending)[number :: len(roads)]
            client.fresh = fresh
            self.clients.append(client)

    def start(self) -> "Crowd":
        for client in self.clients:
            client.start()
        return self

    def wait(self, condition, seconds: float) -> bool:
        return self.tally.wait(condition, seconds)

    def settle(self, seconds: float) -> bool:
        """Waits until clients without fresh messages have asked for all that was pending."""
        for client in self.clients:
            client.join(seconds)
        return not any(client.is_alive() for client in self.clients)

    def abandon(self) -> list[Publication]:
        """The server is gone: what has not been answered by now will not be."""
        self.ends.give_up.set()
        return self.finish()

    def finish(self) -> list[Publication]:
        self.ends.finish.set()
        if not self.settle(wire.PATIENCE * 3):
            raise RuntimeError("a client did not stop; this is a fault of the torture, not of the server")
        for client in self.clients:
            if client.fault:
                raise client.fault
        return [publication for client in self.clients for publication in client.publications]
