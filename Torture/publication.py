"""A message that somebody tries to publish, and everything that was ever answered about it."""

import random
import threading
import time
from dataclasses import dataclass, field

from . import wire

BOARDS = ("public", "side")


@dataclass(eq=False)
class Publication:
    body: bytes
    once: bool  # by request 7, which may be repeated; otherwise by request 1
    board: str = "public"
    author: str = ""
    request: str = ""
    attributes: dict = field(default_factory=dict)
    ports: set = field(default_factory=set)
    first_sent: float = 0.0  # of the monotonic clock, for order
    sent_wall: float = 0.0
    known_at: float | None = None  # when its id was first known to be given: acknowledged or read back
    acknowledged_at: float | None = None
    acknowledged_wall: float = 0.0
    ids: set = field(default_factory=set)  # every id that was ever answered for it
    refused: bool = False
    seen: tuple | None = None  # (time, ip, port) as first read back
    complaints: list = field(default_factory=list)

    def to_bytes(self) -> bytes:
        if not self.once:
            return wire.publish(self.body)
        return wire.publish_once(self.board, self.author, self.request, self.attributes, self.body)

    def sending(self) -> None:
        if not self.first_sent:
            self.first_sent, self.sent_wall = time.monotonic(), time.time()

    def answered(self, answer: bytes) -> None:
        if answer.startswith(b"9"):
            self.refused = True
            return
        code, _, payload = answer.partition(b":")
        if code != b"0" or self.once != payload.isdigit():
            self.complaints.append(f"publishing {self} was answered {answer[:80]!r}")
            return
        if self.once:
            self.ids.add(int(payload))
        if self.acknowledged_at is None:
            self.acknowledged_at, self.acknowledged_wall = time.monotonic(), time.time()
            self.known_at = self.known_at or self.acknowledged_at

    @property
    def acknowledged(self) -> bool:
        return self.acknowledged_at is not None

    @property
    def pending(self) -> bool:
        """Worth asking again: nobody knows yet whether it is published, and asking again cannot double it."""
        return self.once and not self.acknowledged

    def __str__(self) -> str:
        title = self.body.split(b"\n", 1)[0].decode(errors="replace")
        return f"{title} ({'request 7' if self.once else 'request 1'}, {len(self.body)} bytes)"


@dataclass(frozen=True)
class Sizes:
    """Bytes of the bodies: mostly short ones, some of a page, some that take many pages."""

    longest: int = 50_000
    long_share: float = 0.05

    def choose(self, rng: random.Random) -> int:
        kind = rng.random()
        if kind < self.long_share:
            return rng.randrange(self.longest)
        return rng.randrange(min(self.longest, 4_000 if kind < self.long_share + 0.15 else 200))


class Author:
    """Makes publications that differ in everything a store could mix up; the title is unique."""

    def __init__(self, title: str, rng: random.Random, sizes: Sizes = Sizes()):
        self.title, self.rng, self.sizes, self.made = title, rng, sizes, 0

    def next(self) -> Publication:
        rng, self.made = self.rng, self.made + 1
        title = f"{self.title}/{self.made}"
        body = title.encode() + b"\n" + rng.randbytes(self.sizes.choose(rng))
        if rng.random() < 0.4:
            return Publication(body, once=False)
        return Publication(
            body,
            once=True,
            board="public" if rng.random() < 0.8 else "side",
            author=rng.choice(["", "ann", "Бob:,"]),
            request=f"{title}-{rng.getrandbits(64):x}",
            attributes={"title": title, "priority": str(rng.randrange(5))} if rng.random() < 0.3 else {},
        )


def title_prefix(seed: int, scenario: str, number: int) -> str:
    return f"{seed}/{scenario}/{number}"


def count_acknowledged(publications) -> int:
    return sum(1 for publication in publications if publication.acknowledged)


class Tally:
    """Counts what the clients of one load were told; lets others wait for it."""

    def __init__(self):
        self.changed = threading.Condition()
        self.acknowledged = self.refused = 0

    def add(self, publication: Publication) -> None:
        with self.changed:
            self.acknowledged += publication.acknowledged
            self.refused += publication.refused
            self.changed.notify_all()

    def wait(self, condition, seconds: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: condition(self), seconds)
