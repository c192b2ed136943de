"""Reads a whole board back over TCP, in every way the protocol has."""

from dataclasses import dataclass, field

from . import wire
from .publication import BOARDS
from .wire import Record


@dataclass
class Snapshot:
    listed: list[int] = field(default_factory=list)  # request 2: the public board
    records: dict[str, list[Record]] = field(default_factory=dict)  # request 6, by board
    by_id: dict[int, bytes] = field(default_factory=dict)  # the answers to request 3

    def all_records(self) -> list[Record]:
        return [record for board in self.records.values() for record in board]


def ask(server, request: bytes) -> bytes:
    """With more patience than a client has: on a busy machine a slow answer is not a wrong one."""
    return wire.ask_tcp(server.tcp, request, patience=60)


def read(server) -> Snapshot:
    """The lists; read_by_id() adds the messages one by one."""
    snapshot = Snapshot()
    snapshot.listed = wire.parse_ids(ask(server, b"2:0"))
    for board in BOARDS:
        suffix = b"" if board == "public" else b":" + board.encode()
        snapshot.records[board] = wire.parse_records(ask(server, b"6:0" + suffix))
    return snapshot


def read_by_id(server, snapshot: Snapshot, ids) -> None:
    for number in ids:
        snapshot.by_id[number] = ask(server, b"3:%d" % number)
