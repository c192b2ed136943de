"""A server of the live protocol (docs/protocols.md) that can do what a real one never should: forget, fall silent, break off.

Written from the protocol's text alone. It keeps its messages in memory and speaks only what pushes records.
"""

import base64
import contextlib
import fnmatch
import socket
import threading
from dataclasses import dataclass, field


def b64(text: str | bytes) -> bytes:
    return base64.b64encode(text.encode() if isinstance(text, str) else text)


@dataclass
class Said:
    id: int
    board: str
    author: str
    body: bytes

    def record(self) -> bytes:
        fields = [str(self.id), "1763805000.123456", "127.0.0.1", "43210", self.board, self.author, "{}"]
        return b",".join([*map(b64, fields), b64(self.body), b64("live")])


@dataclass
class Peer:
    socket: socket.socket
    pattern: str = "public"
    given: int = 0
    pushes: bool = False
    requests: list[bytes] = field(default_factory=list)


class FakeLive:
    """Listens on a free port of this host as soon as it is made."""

    def __init__(self, lacks: tuple[bytes, ...] = ()):
        self.lacks = lacks
        """Beginnings of requests that are answered `4:`."""
        self.silent_to: tuple[bytes, ...] = ()
        """Beginnings of requests that are carried out and not answered."""
        self.breaks_after_publishing = 0
        """How many more times the connection is cut instead of answering a publish that was carried out."""
        self.messages: list[Said] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self.lock = threading.RLock()
        self.peers: list[Peer] = []
        self.known: dict[tuple[bytes, bytes], int] = {}
        self.port = 0
        self.open()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listens, on the same port as before."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def close(self) -> None:
        """Stops listening and breaks every connection off."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop()

    def drop(self) -> None:
        """Breaks every connection off."""
        with self.lock:
            for peer in self.peers:
                with contextlib.suppress(OSError):  # it has gone by itself
                    peer.socket.shutdown(socket.SHUT_RDWR)
            self.peers = []

    def say(self, body: bytes, board: str = "public", author: str = "") -> int:
        """Somebody else publishes."""
        with self.lock:
            newest = self.messages[-1].id if self.messages else 0
            self.messages.append(Said(newest + 1, board, author, body))
            for peer in self.peers:
                self._push(peer)
            return newest + 1

    def bodies(self) -> list[bytes]:
        return [said.body for said in self.messages]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                peer = Peer(connection)
                self.peers.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: Peer) -> None:
        unread = b""
        try:
            while piece := peer.socket.recv(1 << 16):
                *requests, unread = (unread + piece).split(b";")
                for request in requests:
                    with self.lock:
                        self.requests.append(request)
                        self._answer(peer, request)
        except OSError:
            pass
        peer.socket.close()

    def _answer(self, peer: Peer, request: bytes) -> None:
        if request.startswith(self.lacks):
            return self._send(peer, b"4:;")
        answer = self._carry_out(peer, request)
        if not request.startswith(self.silent_to):
            self._send(peer, answer)
            self._push(peer)

    def _carry_out(self, peer: Peer, request: bytes) -> bytes:
        code, _, payload = request.partition(b":")
        if code == b"3":
            if payload.startswith(b"-"):
                mine = [said.id for said in self.messages if fnmatch.fnmatch(said.board, peer.pattern)]
                wanted = mine[len(mine) - int(payload[1:]):] if int(payload[1:]) else []
                newest = self.messages[-1].id if self.messages else 0
                peer.given = wanted[0] - 1 if wanted else newest
            else:
                peer.given = int(payload)
        elif code == b"4":
            peer.pattern = base64.b64decode(payload).decode()
        elif request == b"5:2":
            peer.pushes = True
        elif code == b"6":
            return self._publish(peer, payload)
        elif code == b"b":
            newest = {said.board: said.id for said in self.messages}
            return b"b:" + b":".join(b64(name) + b",%d" % id for name, id in newest.items()) + b";"
        else:
            return b"4:;"
        return b"0:;"

    def _publish(self, peer: Peer, payload: bytes) -> bytes:
        name, text, *rest = payload.split(b":")
        author, key = (base64.b64decode(part) for part in rest) if rest else (b"", b"")
        identifier = self.known.get((author, key)) if key else None
        if identifier is None:
            identifier = self.say(base64.b64decode(text), peer.pattern, author.decode())
            self.known[author, key] = identifier
        if self.breaks_after_publishing > 0:
            self.breaks_after_publishing -= 1
            peer.socket.shutdown(socket.SHUT_RDWR)
        return b"8:%s:%d;" % (name, identifier)

    def _push(self, peer: Peer) -> None:
        if not peer.pushes:
            return
        new = [said for said in self.messages if said.id > peer.given and fnmatch.fnmatch(said.board, peer.pattern)]
        if new:
            peer.given = new[-1].id
            self._send(peer, b"9:" + b":".join(said.record() for said in new) + b";")

    def _send(self, peer: Peer, answer: bytes) -> None:
        with contextlib.suppress(OSError):
            peer.socket.sendall(answer)
