"""Clients of the board that are nothing but sockets: one per road, with the same `ask`."""

import socket
import struct

PATIENCE = 15.0
"""Seconds that a client waits for a byte. Long, because it only decides how late a dead server is noticed."""

Address = tuple[str, int]


def family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


class UDP:
    """Datagrams from one source port: a request out, its answer in."""

    name = "udp"

    def __init__(self, address: Address):
        self.address = address
        self.socket = socket.socket(family(address), socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)

    @property
    def port(self) -> int:
        """The source port of the latest request."""
        return self.socket.getsockname()[1]

    def ask(self, request: bytes) -> bytes:
        self.socket.send(request)
        return self.socket.recv(2**16)

    def close(self) -> None:
        self.socket.close()


class TCP:
    """One connection a request: send, shut down writing, read to the end."""

    name = "tcp"

    def __init__(self, address: Address):
        self.address = address
        self.port = 0

    def ask(self, request: bytes) -> bytes:
        with connect(self.address) as connection:
            self.port = connection.getsockname()[1]
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return read_to_end(connection)

    def close(self) -> None:
        pass


def connect(address: Address, source: str | None = None) -> socket.socket:
    connection = socket.socket(family(address), socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    if source is not None:
        connection.bind((source, 0))
    connection.connect(address)
    return connection


def read_to_end(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(1 << 20):
        parts.append(part)
    return b"".join(parts)


def reset(connection: socket.socket) -> None:
    """Ends a connection as a peer that crashed does: with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
