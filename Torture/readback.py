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


def read(server) -> Snapshot:
    """The lists; read_by_id() adds the messages one by one."""
    snapshot = Snapshot()
    snapshot.listed = wire.parse_ids(wire.ask_tcp(server.tcp, b"2:0"))
    for board in BOARDS:
        suffix = b"" if board == "public" else b":" + board.encode()
        snapshot.records[board] = wire.parse_records(wire.ask_tcp(server.tcp, b"6:0" + suffix, patience=30))
    return snapshot


def read_by_id(server, snapshot: Snapshot, ids) -> None:
    for number in ids:
        snapshot.by_id[number] = wire.ask_tcp(server.tcp, b"3:%d" % number)
