"""A client that asks one question at a time and takes the time of each."""
import socket
import time

from .errors import PeerError

LARGEST_ANSWER = 65536
ANSWER_SECONDS = 5


class TimedClient:
    """One UDP socket, one request in flight."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(ANSWER_SECONDS)
        self.socket.connect((host, int(port)))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def seconds_for(self, request):
        """How long the answer to the request took; an answer that is not `0` is an error."""
        began = time.perf_counter()
        self.socket.send(request)
        answer = self.socket.recv(LARGEST_ANSWER)
        seconds = time.perf_counter() - began
        if answer[:1] != b"0":
            raise PeerError(f"the board answered {answer[:80]!r} to {request[:80]!r}")
        return seconds
