"""A board at `/RPC2` (docs/protocols.md) on Python's own XML-RPC server, that can do what a real one never should: carry a call out
and break off instead of answering, forget everything, give pages of any size.
"""

import contextlib
import fnmatch
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from xmlrpc.client import Fault
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

PAGE = 256


@dataclass
class Said:
    id: int
    board: str
    body: str | bytes
    author: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    def members(self) -> dict:
        members = {
            "id": self.id, "board": self.board, "time": 1763805000.123456, "origin": "127.0.0.1:43210", "ip": "127.0.0.1",
            "port": 43210, "road": "xmlrpc", "attributes": self.attributes, "msg": self.body,
        }
        return members if self.author is None else {**members, "author": self.author}


class _Handler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/RPC2",)
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.board.connections.append(self.connection)

    def log_request(self, *_):
        pass

    def do_POST(self):
        if self.server.board.refuses_with_status:
            return self.send_error(self.server.board.refuses_with_status)
        super().do_POST()

    def send_response(self, code, message=None):
        if self.server.board.swallow > 0:
            self.server.board.swallow -= 1
            self.server.board.swallowed += 1
            self.connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        super().send_response(code, message)


class _Server(socketserver.ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        """A connection that was cut is what the tests are about."""


class FakeXMLRPC:
    """Listens on a free port of this host as soon as it is made."""

    def __init__(self):
        self.messages: list[Said] = []
        self.calls: list[str] = []
        self.page = PAGE
        self.swallow = self.swallowed = 0
        """How many answers are still to be lost, after the call was carried out; and how many were."""
        self.refuses_with_status = 0
        self.refusal: Fault | None = None
        """What every publishing gets."""
        self.meanwhile: str | None = None
        """What somebody says as soon as a range was asked for."""
        self.known: dict[tuple, int] = {}
        self.connections: list[socket.socket] = []
        self.news = threading.Condition()
        self.port = 0
        self.open()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listens, on the same port as before."""
        self.server = _Server(
            ("127.0.0.1", self.port), requestHandler=_Handler, logRequests=False, allow_none=True, use_builtin_types=True
        )
        self.server.board = self
        self.port = self.server.server_address[1]
        for method in (self.publish_to, self.message, self.messages_after, self.range, self.boards):
            self.server.register_function(self._noted(method), method.__name__)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stops listening and breaks every connection off."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        connections, self.connections = self.connections, []
        for connection in connections:
            with contextlib.suppress(OSError):  # it has gone by itself
                connection.shutdown(socket.SHUT_RDWR)

    def say(self, body: str | bytes, board: str = "public", author: str | None = None) -> int:
        """Somebody else publishes."""
        with self.news:
            newest = self.messages[-1].id if self.messages else 0
            self.messages.append(Said(newest + 1, board, body, author))
            self.news.notify_all()
            return newest + 1

    def _noted(self, method):
        def noted(*parameters):
            self.calls.append(method.__name__)
            return method(*parameters)

        return noted

    def publish_to(self, board, msg, options):
        if self.refusal:
            raise self.refusal
        with self.news:
            key = (options.get("author"), options["request_id"])
            if key not in self.known:
                self.known[key] = self.say(msg, board, options.get("author"))
                self.messages[-1].attributes = options.get("attributes", {})
            return self.known[key]

    def message(self, id):
        for said in self.messages:
            if said.id == id:
                return said.members()
        raise Fault(2, f"there is no message {id}")

    def messages_after(self, board, id, limit=PAGE, wait=0):
        def found():
            return [said.members() for said in self.messages if fnmatch.fnmatch(said.board, board) and said.id > id]

        with self.news:
            if not found():
                self.news.wait_for(found, wait)
            return found()[: min(limit, self.page)]

    def range(self, board, count):
        ids = [said.id for said in self.messages if fnmatch.fnmatch(said.board, board)]
        newest = ids[-count:] if count > 0 else ids
        if self.meanwhile:
            self.say(self.meanwhile)
        return {"after": newest[0] - 1, "through": newest[-1]} if newest else {"after": 0, "through": 0}

    def boards(self):
        return {said.board: said.id for said in self.messages}
