"""What the kernel knows of the server's TCP connections: a condition to wait for where the server says nothing."""

from dataclasses import dataclass
from pathlib import Path

ESTABLISHED, CLOSE_WAIT = "01", "08"


@dataclass(frozen=True)
class Connection:
    """The server's end of a connection that it has accepted and not closed."""

    unread: int
    unsent: int


def accepted_connections(port: int) -> list[Connection]:
    """IPv4 connections to a local port that are in the hands of a process (before accept, the inode is 0)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [row for row in rows if row[1].endswith(f":{port:04X}") and row[3] in (ESTABLISHED, CLOSE_WAIT)]
    queues = [row[4].split(":") for row in ours if row[9] != "0"]
    return [Connection(unread=int(unread, 16), unsent=int(unsent, 16)) for unsent, unread in queues]


def watched_connections(port: int) -> int:
    """Connections of which the kernel asks now and then whether the other end is there (timer 2 in proc(5), net/tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == ESTABLISHED and row[5].startswith("02") for row in rows)


def has_read_everything(port: int, connections: int = 1) -> bool:
    """Whether so many connections are accepted, and what their clients sent is in the process, not in the kernel."""
    return [connection.unread for connection in accepted_connections(port)] == [0] * connections
