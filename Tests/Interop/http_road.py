"""HTTP/1.1 by hand: requests as bytes, answers taken apart. A library would mend what a test means to break."""

import socket
from dataclasses import dataclass

import roads

CHUNK_END = b"0\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


class Closed(Exception):
    """The server ended the connection before its answer was whole; holds what had come."""


def request(
    body: bytes = b"",
    method: str = "POST",
    path: str = "/RPC2",
    version: str = "1.1",
    host: str | None = "localhost",
    headers: dict[str, str] | None = None,
    length: int | None = -1,
) -> bytes:
    """A whole request. A length of None leaves the header out, -1 is the true one; a host of None likewise."""
    fields = {} if host is None else {"Host": host}
    fields["Content-Type"] = "text/xml"
    if length is not None:
        fields["Content-Length"] = str(len(body) if length == -1 else length)
    fields |= headers or {}
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(body: bytes, size: int = 7) -> bytes:
    """The body in chunks, with its end."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + CHUNK_END


class Connection:
    """One connection to the server, for as many requests as it serves on it."""

    def __init__(self, address: roads.Address, source: str | None = None):
        self.socket = roads.connect(address, source)
        self.received = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, request: bytes) -> None:
        self.socket.sendall(request)

    def ask(self, request: bytes) -> Answer:
        self.send(request)
        return self.answer()

    def answer(self, method: str = "POST") -> Answer:
        """The next answer; interim ones (100 Continue) are passed over."""
        while True:
            head, _, self.received = self._until(b"\r\n\r\n").partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            status = int(first.split()[1])
            if status >= 200:
                return Answer(status, headers, b"" if method == "HEAD" or status == 204 else self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            return self._chunks()
        if "content-length" in headers:
            return self._take(int(headers["content-length"]))
        rest = self.received + roads.read_to_end(self.socket)
        self.received = b""
        return rest

    def _chunks(self) -> bytes:
        parts = []
        while True:
            size, _, self.received = self._until(b"\r\n").partition(b"\r\n")
            parts.append(self._take(int(size.split(b";")[0], 16)))
            assert self._take(2) == b"\r\n", "a chunk ends with a line end"
            if not parts[-1]:
                return b"".join(parts)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.received:
            self._more()
        return self.received

    def _take(self, count: int) -> bytes:
        while len(self.received) < count:
            self._more()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def _more(self) -> None:
        part = self.socket.recv(1 << 20)
        if not part:
            raise Closed(self.received)
        self.received += part

    def is_ended(self, within: float) -> bool:
        """Whether the server ends the connection within so many seconds; what it still sends is read away."""
        self.socket.settimeout(within)
        try:
            while self.socket.recv(1 << 16):
                pass
            return True
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True
        finally:
            self.socket.settimeout(roads.PATIENCE)


def ask(address: roads.Address, request: bytes) -> Answer:
    """One request on a connection of its own."""
    with Connection(address) as connection:
        return connection.ask(request)


def post(address: roads.Address, body: bytes, **headers: str) -> Answer:
    """One POST to /RPC2; underscores in the names of headers stand for hyphens."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(address, request(body, headers=fields))


def reset(connection: Connection) -> None:
    roads.reset(connection.socket)


def shut(connection: Connection) -> None:
    connection.socket.shutdown(socket.SHUT_WR)
