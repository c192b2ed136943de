"""A client of the live protocol (docs/protocols.md, section 3) that is nothing but a socket."""

import base64
import socket

import roads


def encoded(text: bytes) -> bytes:
    return base64.b64encode(text)


class Live:
    """One long-lived connection: requests out, messages in, one by one."""

    name = "live"

    def __init__(self, address: roads.Address):
        self.socket = roads.connect(address)
        self.pending = b""

    @property
    def port(self) -> int:
        return self.socket.getsockname()[1]

    def send(self, *requests: bytes) -> None:
        """Sends requests, each without its `;`."""
        self.socket.sendall(b"".join(request + b";" for request in requests))

    def next(self) -> bytes:
        """The next message of the server, without its `;`."""
        parts = [self.pending]
        while b";" not in parts[-1]:
            part = self.socket.recv(1 << 20)
            if not part:
                raise EOFError("the server closed the connection")
            parts.append(part)
        message, _, self.pending = b"".join(parts).partition(b";")
        return message

    def ask(self, request: bytes) -> bytes:
        self.send(request)
        return self.next()

    def answer(self, request: bytes) -> bytes:
        """The answer to a request: what the server says on its own meanwhile is passed over."""
        self.send(request)
        while (message := self.next()) == b"7:":
            pass
        return message

    def fetch(self) -> list[bytes]:
        """What this connection has not been given."""
        return bodies(self.answer(b"2:"))

    def pushed(self, count: int) -> list[bytes]:
        """The next messages that are pushed, as many as that."""
        found: list[bytes] = []
        while len(found) < count:
            found += bodies(self.next())
        return found

    def is_silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes for a while. Only where nothing is the promise."""
        if self.pending:
            return False
        self.socket.settimeout(seconds)
        try:
            self.pending = self.socket.recv(1 << 20)
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(roads.PATIENCE)

    def is_closed(self) -> bool:
        """Reads to the end of the stream."""
        try:
            while self.socket.recv(1 << 20):
                pass
        except ConnectionResetError:
            pass
        return True

    def close(self) -> None:
        self.socket.close()


def texts(message: bytes) -> list[bytes]:
    """The texts of a message `1:`, `time ip port text` each."""
    code, colon, payload = message.partition(b":")
    assert code == b"1" and colon, f"no messages in {message[:80]!r}"
    return [base64.b64decode(text, validate=True) for text in payload.split(b":")] if payload else []


def bodies(message: bytes) -> list[bytes]:
    """The bodies of a message `1:`."""
    return [text.split(b" ", 3)[3] for text in texts(message)]


def publish(text: bytes) -> bytes:
    return b"1:" + encoded(text)


def switch(board: bytes) -> bytes:
    return b"4:" + encoded(board)


def shut_writing(client: Live) -> None:
    client.socket.shutdown(socket.SHUT_WR)
